package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.server.auth.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The message that says who asks, and those that renew its token. */
class SocketTokensTest extends SocketsFixture {

    @Nested
    class TheFirstMessage {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{'type':'auth','query':{'collection':'posts'}}|4001",
                    "{'type':'auth','token':'x.y.z','query':{'collection':'posts'}}|4001",
                    "{'type':'auth','token':7,'query':{'collection':'posts'}}|4001",
                    "{'type':'subscribe'}|4000",
                    "{}|4000",
                    "[]|4000",
                    "hello|4000",
                })
        void whatIsNoAuthenticationIsRefused(String message, int code) throws Exception {
            SocketClient client = open("/data/global").send(message.replace('\'', '"'));

            assertThat(client.closeCode()).isEqualTo(code);
        }

        @Test
        void theAuthenticationMessageIsSmallAndText() throws Exception {
            SocketClient large =
                    open("/data/global").send("{\"type\":\"auth\",\"token\":\"" + "x".repeat(70_000) + "\"}");
            assertThat(large.closeCode()).isEqualTo(1009);

            SocketClient binary = open("/data/global");
            binary.sendBinary(new byte[10]);
            assertThat(binary.closeCode()).isEqualTo(1003);
        }

        @Test
        void whoDoesNotAuthenticateInTimeIsClosed() throws Exception {
            SocketClient client = open("/data/global");

            time.advance(LIMITS.authTime().plusSeconds(2));

            assertThat(client.closeCode()).isEqualTo(4001);
        }
    }

    @Nested
    class LaterMessages {

        @Test
        void theEndOfTheTokenIsTheEndOfTheSubscription() throws Exception {
            Date expiry = Date.from(time.instant().plusSeconds(60));
            SocketClient client = open("/data/global").authenticate(token("alice", expiry), POSTS);
            assertThat(docs(client)).containsExactly(1);

            time.advance(Duration.ofSeconds(92));

            assertThat(client.closeCode()).isEqualTo(4001);
            SocketClient again = open("/data/global").authenticate(token("alice", expiry), POSTS);
            assertThat(again.closeCode()).isEqualTo(4001);
        }

        @Test
        void aFreshTokenKeepsTheSubscription() throws Exception {
            Instant start = time.instant();
            SocketClient client =
                    open("/data/global").authenticate(token("alice", Date.from(start.plusSeconds(40))), POSTS);
            assertThat(docs(client)).containsExactly(1);

            for (int i = 1; i <= 4; i++) {
                Instant end = start.plusSeconds(40 + 30 * i);
                client.send("{\"type\":\"auth\",\"token\":\"" + token("alice", Date.from(end)) + "\"}");
                await().until(() -> service.firstExpiry().orElseThrow().isAfter(end.minusSeconds(1)));
                time.advance(Duration.ofSeconds(30));
            }
            client.send("{\"type\":\"auth\",\"token\":\"" + token("alice", Date.from(start.plusSeconds(150))) + "\"}");
            post("userdb-bob", 2, "*");
            refresh();
            assertThat(docs(client)).containsExactly(2, 1);
            assertThat(service.firstExpiry())
                    .as("a token never ends another sooner")
                    .isPresent()
                    .get()
                    .satisfies(end -> assertThat(end).isAfter(start.plusSeconds(159)));

            // Past the end, clocks apart, and not so far that whoever does not answer the farewell is hung up on.
            time.advance(Duration.ofSeconds(72));
            assertThat(client.closeCode()).isEqualTo(4001);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{'type':'auth','token':'BOB'}|4003|forbidden",
                    "{'type':'auth','token':'x.y.z'}|4001|unauthorized",
                    "{'type':'auth'}|4001|unauthorized",
                    "{'type':'auth','token':'ALICE','query':{'collection':'posts'}}|4000|bad_request",
                    "{'type':'auth','token':'ALICE','qery':{}}|4000|invalid_key",
                    "{'type':'subscribe'}|4000|bad_request",
                    "hello|4000|bad_request",
                })
        void aLaterMessageThatRenewsNoTokenIsRefused(String message, int code, String error) throws Exception {
            SocketClient client = subscribe(POSTS);
            assertThat(docs(client)).containsExactly(1);

            client.send(message.replace('\'', '"')
                    .replace("BOB", token("bob", null))
                    .replace("ALICE", Tokens.alice()));

            assertThat(client.next().get("error").textValue()).isEqualTo(error);
            assertThat(client.closeCode()).isEqualTo(code);
            await().until(() -> service.topics() == 0);
        }

        @Test
        void aLaterMessageIsSmall() throws Exception {
            SocketClient client = subscribe(POSTS);
            assertThat(docs(client)).containsExactly(1);

            client.send("{\"type\":\"auth\",\"token\":\"" + "x".repeat(17_000) + "\"}");

            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }
}
