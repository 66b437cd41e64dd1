package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.Tokens;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client of the WebSockets sees. */
class SocketsTest extends SocketsFixture {

    @Test
    void theAnswerComesAtOnceAndAgainWhenTheFeedChanges() throws Exception {
        SocketClient client = subscribe(POSTS);

        assertThat(docs(client)).containsExactly(1);
        post("userdb-bob", 2, "*");
        refresh();
        assertThat(docs(client)).containsExactly(2, 1);
    }

    @Test
    void nothingComesWhenANewGenerationDoesNotChangeItsAnswer() throws Exception {
        SocketClient client = subscribe("{'collection':'posts','n':{'$gt':10},'limit':5}");
        assertThat(docs(client)).isEmpty();

        post("userdb-bob", 2, "*");
        refresh();
        post("userdb-bob", 20, "*");
        refresh();

        assertThat(docs(client)).containsExactly(20);
    }

    @Test
    void aMangoQueryIsReadAsInARequest() throws Exception {
        post("userdb-bob", 2, "*");
        refresh();

        assertThat(docs(subscribe("{'collection':'posts','selector':{'n':{'$lt':2}},'fields':['n']}")))
                .containsExactly(1);
    }

    @Test
    void subscribersOfOneQueryShareItAndTheLastOneEndsIt() throws Exception {
        List<SocketClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(open("/data/global").authenticate(token("user-" + i, null), POSTS));
        }
        for (SocketClient client : clients) {
            assertThat(docs(client)).containsExactly(1);
        }
        assertThat(service.topics()).isEqualTo(1);
        assertThat(service.sockets()).isEqualTo(20);

        clients.forEach(SocketClient::close);

        await().until(() -> service.sockets() == 0 && service.topics() == 0);
    }

    @Test
    void theOwnDatabaseIsTheTokensWhateverTheRequestSays() throws Exception {
        post("userdb-bob", 2, "*");
        SocketClient client =
                open("/data/posts").authenticate(Tokens.alice(), "{'database':{'$exists':false},'fields':['n']}");

        assertThat(docs(client)).containsExactly(1);
        post("userdb-bob", 4, "*");
        post("userdb-alice", 3, "did:example:nobody");
        assertThat(docs(client)).containsExactly(1, 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/data/global|{'collection':'notes'}|4003|feed_not_registered",
                "/data/global|{}|4000|bad_request",
                "/data/global|{'collection':1}|4000|bad_request",
                "/data/global|[]|4000|bad_request",
                "/data/global|{'collection':'posts','delta':1}|4000|bad_request",
                "/data/global|{'collection':'posts','n':{'$foo':1}}|4000|invalid_operator",
                "/data/global|{'collection':'posts','limit':-1}|4000|invalid_non_neg_integer",
                "/data/global|{'collection':'posts','selector':{},'bookmark':'x'}|4000|bad_request",
            })
    void aQueryThatCannotBeAnsweredIsToldWhyAndClosed(String path, String query, int code, String error)
            throws Exception {
        SocketClient client = open(path).authenticate(Tokens.alice(), query);

        JsonNode message = client.next();
        assertThat(message.fieldNames()).toIterable().containsExactly("error", "reason");
        assertThat(message.get("error").textValue()).isEqualTo(error);
        assertThat(client.closeCode()).isEqualTo(code);
        await().until(() -> service.sockets() == 0);
    }

    @Test
    void theEndOfTheFeedIsTheEndOfTheSubscription() throws Exception {
        SocketClient client = subscribe(POSTS);
        assertThat(docs(client)).containsExactly(1);
        SocketClient other = subscribe("{'collection':'private'}");
        assertThat(docs(other)).containsExactly(1);

        registry.remove("posts");

        assertThat(client.next().get("error").textValue()).isEqualTo("feed_not_registered");
        assertThat(client.closeCode()).isEqualTo(4003);
        await().until(() -> service.sockets() == 1);
        registry.put(feed("posts").build());
        refresh();
        assertThat(docs(subscribe(POSTS))).containsExactly(1);
    }

    @Test
    void withoutAuthenticationThereAreFeedsButNoOwnDatabases() throws Exception {
        service = serve(Authenticator.none());

        assertThat(docs(open("/data/global").send("{\"type\":\"auth\",\"query\":{\"collection\":\"posts\"}}")))
                .containsExactly(1);
        SocketClient own = open("/data/posts").send("{\"type\":\"auth\",\"query\":{}}");
        assertThat(own.next().get("error").textValue()).isEqualTo("forbidden");
        assertThat(own.closeCode()).isEqualTo(4003);
    }

    @Test
    void aServerThatStopsSaysGoodbye() throws Exception {
        SocketClient client = subscribe(POSTS);
        assertThat(docs(client)).containsExactly(1);

        service.close();

        assertThat(client.closeCode()).isEqualTo(1001);
    }

    /** Requests that shall become sockets. */
    @Nested
    class Upgrades {

        @Test
        void thereAreOnlySoManySockets() {
            for (int i = 0; i < LIMITS.maxSockets(); i++) {
                open("/data/global");
            }

            assertThat(refused("/data/global")).isEqualTo(503);
        }

        @Test
        void aPageOfAnotherOriginMustBeOneThatIsAllowed() throws Exception {
            assertThat(refused("/data/global", "Origin", "https://evil.example.org"))
                    .isEqualTo(403);
            assertThat(refused("/data/global", "Origin", "null")).isEqualTo(403);
            assertThat(docs(open("/data/global", "Origin", "https://app.example.org")
                            .authenticate(Tokens.alice(), POSTS)))
                    .containsExactly(1);
        }

        @Test
        void otherPathsAreNoSockets() {
            assertThat(refused("/data/posts/query")).isEqualTo(405);
            assertThat(refused("/global")).isEqualTo(404);
        }

        private int refused(String path, String... headers) {
            List<Integer> status = new ArrayList<>();
            assertThatThrownBy(() -> open(path, headers))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            e -> status.add(e.getResponse().statusCode()));
            return status.get(0);
        }
    }
}
