package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.connection.Cors;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client of the WebSockets sees. The sockets' time stands still until a test moves it. */
class SocketsTest {

    /** Longer to send than between pings: a test that moves the time may be faster than the end of a message. */
    private static final SocketLimits LIMITS = new SocketLimits(
            40, Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofSeconds(90));

    private static final String POSTS = "{'collection':'posts'}";

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(
            feed("posts").build(), feed("private").access(Access.ACL).build());
    private final ManualScheduler time = new ManualScheduler();
    private final List<AutoCloseable> open = new ArrayList<>();
    private GlobalFeeds feeds;
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        feeds = GlobalFeeds.builder().registry(registry).aggregator(databases).build();
        open.add(feeds);
        feeds.start();
        post("userdb-alice", 1, "*");
        refresh();
        service = serve(new SharedSecretTokens(Tokens.SECRET, time));
    }

    private static FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "n")
                .sort("[{\"n\":\"desc\"}]");
    }

    private HttpService serve(Authenticator authenticator) throws IOException {
        HttpSettings settings =
                HttpSettings.of("127.0.0.1", 0).withSockets(LIMITS).withCors(Cors.of("https://app.example.org"));
        HttpService started = HttpService.start(settings, feeds, authenticator, time);
        open.add(0, started);
        return started;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private void post(String database, int n, String reader) {
        databases.put(
                database,
                "{\"_id\":\"%d\",\"type\":\"post\",\"n\":%d,\"acl\":{\"read\":{\"allow\":[\"%s\"]}}}"
                        .formatted(n, n, reader));
    }

    private void refresh() {
        feeds.refresh("posts").join();
        feeds.refresh("private").join();
    }

    private SocketClient open(String path, String... headers) {
        SocketClient client = SocketClient.open(service.port(), path, headers);
        open.add(0, client);
        return client;
    }

    private SocketClient subscribe(String query) {
        return open("/data/global").authenticate(Tokens.alice(), query);
    }

    private static List<Integer> numbers(JsonNode rows) {
        List<Integer> numbers = new ArrayList<>();
        rows.forEach(row -> numbers.add(row.get("n").intValue()));
        return numbers;
    }

    private static List<Integer> docs(SocketClient client) throws InterruptedException {
        JsonNode message = client.next();
        assertThat(message.fieldNames()).toIterable().containsExactly("docs", "bookmark", "view");
        return numbers(message.get("docs"));
    }

    private static String token(String user, Date expiry) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .expirationTime(expiry)
                .build());
    }

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

    private static List<Integer> docsWithKeys(SocketClient client) throws InterruptedException {
        JsonNode message = client.next();
        assertThat(message.fieldNames()).toIterable().containsExactly("docs", "keys", "bookmark", "etag", "view");
        assertThat(message.get("keys")).hasSameSizeAs(message.get("docs"));
        return numbers(message.get("docs"));
    }

    /** The numbers of the rows that a difference puts, with their documents, and how many it removes. */
    private static List<Integer> put(JsonNode message) {
        assertThat(message.fieldNames()).toIterable().containsExactly("delta", "bookmark", "etag", "view");
        List<Integer> numbers = new ArrayList<>();
        message.at("/delta/put").forEach(row -> numbers.add(row.at("/doc/n").intValue()));
        return numbers;
    }

    /** Answers of some size: a difference that is no smaller is not sent. */
    private void fill() {
        for (int n = -30; n < 0; n++) {
            post("userdb-filler", n, "*");
        }
        refresh();
    }

    @Test
    void withDeltaItGetsWhatIsRemovedAndPut() throws Exception {
        fill();
        SocketClient client = subscribe("{'collection':'posts','delta':true}");
        JsonNode first = client.next();
        assertThat(first.fieldNames()).toIterable().containsExactly("docs", "keys", "bookmark", "etag", "view");
        assertThat(first.at("/docs/0/n").intValue()).isEqualTo(1);

        post("userdb-bob", 2, "*");
        refresh();
        JsonNode added = client.next();
        databases.put("userdb-bob", "{\"_id\":\"2\",\"type\":\"post\",\"n\":3}");
        databases.delete("userdb-alice", "1");
        refresh();
        JsonNode later = client.next();

        assertThat(added.fieldNames()).toIterable().containsExactly("delta", "bookmark", "etag", "view");
        String bobs = added.at("/delta/put/0/key").textValue();
        assertThat(bobs).matches("[A-Za-z0-9_-]{22}");
        assertThat(added.get("delta").toString())
                .isEqualTo("{\"removed\":[],\"put\":[{\"key\":\"" + bobs
                        + "\",\"at\":0,\"doc\":{\"_id\":\"2\",\"n\":2}}]}");
        assertThat(later.get("delta").toString())
                .isEqualTo("{\"removed\":[\"" + first.at("/keys/0").textValue() + "\"],\"put\":[{\"key\":\"" + bobs
                        + "\",\"at\":0,\"doc\":{\"_id\":\"2\",\"n\":3}}]}");
        assertThat(later.get("etag").textValue())
                .startsWith("W/\"")
                .isNotEqualTo(added.get("etag").textValue());
    }

    @Test
    void aRowThatOnlyMovesIsToldWithoutItsDocument() throws Exception {
        registry.put(
                FeedDefinition.builder("moving").fields("text").sort("[\"n\"]").build());
        for (int n = 0; n < 10; n++) {
            databases.put("userdb-alice", "{\"_id\":\"%d\",\"text\":\"text-%d\",\"n\":%d}".formatted(n, n, n));
        }
        feeds.refresh("moving").join();
        SocketClient client = subscribe("{'collection':'moving','delta':true}");
        JsonNode first = client.next();
        int at = numbersOf(first, "text-3");

        databases.put("userdb-alice", "{\"_id\":\"3\",\"text\":\"text-3\",\"n\":99}");
        feeds.refresh("moving").join();

        assertThat(client.next().get("delta").toString())
                .isEqualTo("{\"removed\":[],\"put\":[{\"key\":\""
                        + first.get("keys").get(at).textValue() + "\",\"at\":"
                        + (first.get("docs").size() - 1) + "}]}");
    }

    private static int numbersOf(JsonNode message, String text) {
        for (int i = 0; i < message.get("docs").size(); i++) {
            if (message.get("docs").get(i).path("text").asText().equals(text)) {
                return i;
            }
        }
        throw new AssertionError(text);
    }

    @Test
    void aClientThatComesBackIsToldWhatChangedSinceTheAnswerItHolds() throws Exception {
        fill();
        SocketClient first = subscribe("{'collection':'posts','delta':true}");
        String etag = first.next().get("etag").textValue();
        first.close();
        await().until(() -> service.topics() == 0);
        post("userdb-bob", 2, "*");
        refresh();

        String since = "{'collection':'posts','delta':true,'since':'" + etag.replace("\"", "\\\"") + "'}";
        SocketClient again = subscribe(since);
        assertThat(put(again.next())).containsExactly(2);
        SocketClient whole = subscribe("{'collection':'posts','delta':true,'since':'no tag of ours'}");
        assertThat(docsWithKeys(whole)).startsWith(2, 1);
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
    void anAclFeedPushesEachCallerItsOwnRows() throws Exception {
        fill();
        SocketClient alice = subscribe("{'collection':'private','delta':true}");
        SocketClient bob =
                open("/data/global").authenticate(token("bob", null), "{'collection':'private','delta':true}");
        assertThat(docsWithKeys(alice)).startsWith(1).hasSize(31);
        assertThat(docsWithKeys(bob)).startsWith(1).hasSize(31);

        post("userdb-carol", 2, "did:example:bob");
        refresh();
        assertThat(put(bob.next())).containsExactly(2);
        post("userdb-carol", 3, "*");
        refresh();

        assertThat(put(bob.next())).containsExactly(3);
        JsonNode seen = alice.next();
        assertThat(put(seen)).containsExactly(3);
        assertThat(seen.at("/view/rows").intValue()).isEqualTo(32);
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
        SocketClient large = open("/data/global").send("{\"type\":\"auth\",\"token\":\"" + "x".repeat(70_000) + "\"}");
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

        client.send(
                message.replace('\'', '"').replace("BOB", token("bob", null)).replace("ALICE", Tokens.alice()));

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
    void aClientThatAnswersPingsStays() throws Exception {
        SocketClient client = subscribe(POSTS);
        assertThat(docs(client)).containsExactly(1);

        for (int i = 0; i < 4; i++) {
            Instant before = time.instant();
            time.advance(LIMITS.pingInterval());
            await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return service.longestSilentSince().orElseThrow().isAfter(before);
            });
        }

        assertThat(service.sockets()).isEqualTo(1);
        post("userdb-bob", 2, "*");
        refresh();
        assertThat(docs(client)).containsExactly(2, 1);
    }

    @Test
    void aClientThatReadsNothingHoldsUpNobodyAndIsClosed() throws Exception {
        String large = "x".repeat(300_000);
        SocketClient asleep = SocketClient.openWithoutReading(service.port(), "/data/posts");
        open.add(0, asleep);
        asleep.authenticate(Tokens.alice(), "{}");
        SocketClient awake = open("/data/posts").authenticate(Tokens.alice(), "{}");
        awake.next();

        for (int i = 0; i < 60; i++) {
            databases.put(
                    "userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"" + large + "\",\"n\":" + i + "}");
            assertThat(numbers(awake.next().get("docs"))).containsExactly(i);
        }
        time.advance(LIMITS.sendTime().plusSeconds(2));
        assertThat(service.sockets()).as("they are told first").isEqualTo(2);
        time.advance(LIMITS.authTime().plusSeconds(2));

        await().until(() -> service.sockets() == 1);
        databases.put("userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"n\":100}");
        assertThat(numbers(awake.next().get("docs"))).containsExactly(100);
    }

    @Test
    void aClientThatCatchesUpGetsTheNewestAnswer() throws Exception {
        String large = "x".repeat(300_000);
        SocketClient slow = SocketClient.openWithoutReading(service.port(), "/data/posts");
        open.add(0, slow);
        slow.authenticate(Tokens.alice(), "{}");
        SocketClient awake = open("/data/posts").authenticate(Tokens.alice(), "{}");
        awake.next();
        int last = 60;
        for (int i = 0; i <= last; i++) {
            databases.put(
                    "userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"" + large + "\",\"n\":" + i + "}");
            awake.next();
        }

        slow.read();

        int read = 1;
        while (slow.next().at("/docs/0/n").intValue() != last) {
            read++;
        }
        assertThat(read).as("answers in between are left out").isLessThan(last);
    }

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
}
