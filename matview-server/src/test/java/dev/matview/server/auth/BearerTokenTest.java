package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {

    @ParameterizedTest
    @ValueSource(strings = {"Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", " Bearer   a.b.c "})
    void theSchemeIsReadInAnyCase(String header) throws UnauthorizedException {
        assertThat(BearerToken.of(header)).isEqualTo("a.b.c");
    }

    @Test
    void noHeaderIsNoToken() throws UnauthorizedException {
        assertThat(BearerToken.of(null)).isNull();
        assertThat(BearerToken.of(" ")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YTpi", "Bearer", "Bearera.b.c", "a.b.c", "Bearer\ta.b.c"})
    void anythingElseIsRefusedAndNotQuoted(String header) {
        assertThatThrownBy(() -> BearerToken.of(header))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessage("The Authorization header must be: Bearer, a space, and the token.");
    }
}
