package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;

/** Callers who ask too much at once, and tokens that are none. */
class UnwelcomeCallersTest extends EndpointFixture {

    @Test
    void aCallerWithTooManyRequestsUnderWayWaitsAndOthersDoNot() throws Exception {
        try (Socket first = unfinished("alice");
                Socket second = unfinished("alice")) {
            HttpResponse<String> answer = ask(token("alice"), "POST", POSTS, "{}");

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(answer.body()).startsWith("{\"error\":\"too_many_requests\",");
            assertThat(ask(token("bob"), "POST", POSTS, "{}").statusCode()).isEqualTo(200);
            assertThat(first.isConnected() && second.isConnected()).isTrue();
        }
        await().until(() -> ask(token("alice"), "POST", POSTS, "{}").statusCode() == 200);
    }

    /** The server asks for a body when it has let the caller in. */
    private Socket unfinished(String user) throws IOException {
        Socket socket = new Socket("127.0.0.1", service.port());
        socket.setSoTimeout(30_000);
        socket.getOutputStream()
                .write(("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token(user)
                                + "\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        byte[] asked = socket.getInputStream().readNBytes(12);
        assertThat(new String(asked, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100");
        return socket;
    }

    @Test
    void hostileTokensAre401() {
        String tooLong = "x".repeat(12_000);
        for (String token : new String[] {
            "",
            "x",
            "..",
            tooLong,
            Tokens.of("{\"alg\":\"none\"}", "{\"sub\":\"did:example:alice\"}", ""),
            Tokens.of("{\"alg\":\"None\"}", "{\"sub\":\"did:example:alice\"}", ""),
            Tokens.of("{\"alg\":\"RS256\"}", "{\"sub\":\"did:example:alice\"}", "AAAA"),
            token("alice") + "A",
            token("alice").substring(0, token("alice").lastIndexOf('.') + 1),
            expiring(scheduler.instant().minusSeconds(3600)),
            Tokens.signed(new JWTClaimsSet.Builder()
                    .subject("a")
                    .notBeforeTime(Date.from(scheduler.instant().plusSeconds(3600)))
                    .build()),
            Tokens.signed(new JWTClaimsSet.Builder().subject("*").build()),
            Tokens.signed(new JWTClaimsSet.Builder().build()),
        }) {
            HttpResponse<String> answer = ask(token, "POST", POSTS, "{}");
            assertThat(answer.statusCode()).as(token).isEqualTo(401);
            assertThat(answer.body()).startsWith("{\"error\":\"unauthorized\",");
        }
    }

    @Test
    void aTokenOfAMegabyteIsRefusedUnread() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write("x".repeat(17_000).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\r\nWWW-Authenticate: Bearer realm=", "{\"error\":\"unauthorized\",");
        }
    }

    private static String expiring(Instant at) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:alice")
                .expirationTime(Date.from(at))
                .build());
    }
}
