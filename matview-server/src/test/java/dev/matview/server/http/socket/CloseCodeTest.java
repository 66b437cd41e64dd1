package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.http.exchange.HttpError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CloseCodeTest {

    @Test
    void theReasonOfAClosedSocketIsThatOfTheError() {
        assertThat(CloseCode.reason(HttpError.badRequest("invalid_key", "Invalid key delt.")))
                .isEqualTo("invalid_key: Invalid key delt.");
    }

    @Test
    void whatTheClientCannotMendIsNamedAlone() {
        assertThat(CloseCode.reason(HttpError.internal())).isEqualTo("internal_error");
        assertThat(CloseCode.reason(HttpError.unauthorized(new UnauthorizedException("no"))))
                .isEqualTo("unauthorized");
    }

    /** A longer one is an error in the server, and the client gets another code. */
    @Test
    void itIsCutToWhatACloseFrameTakesAndNotWithinACharacter() {
        String reason = CloseCode.reason(HttpError.badRequest("e", "\ud83d\ude00".repeat(100)));

        assertThat(reason).isEqualTo("e: " + "\ud83d\ude00".repeat(30));
        assertThat(reason.getBytes(StandardCharsets.UTF_8)).hasSize(123);
    }
}
