package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How large the first message may be, in which parts it may come, and what is said of a wrong one. */
class SocketMessagesTest {

    private static final int ROOM = 100_000;

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-alice", "{\"_id\":\"1\",\"n\":1}");
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts").build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        open.push(feeds);
        feeds.start();
        feeds.refresh("posts").join();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0)
                        .withSockets(SocketLimits.defaults().withUnauthenticatedBytes(ROOM)),
                feeds,
                new SharedSecretTokens(Tokens.SECRET, scheduler),
                scheduler);
        open.push(service);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private SocketClient open() {
        SocketClient client = SocketClient.open(service.port(), "/data/global");
        open.push(client);
        return client;
    }

    /** A subscription with a selector of many values, of so many bytes. */
    private static String subscription(int bytes) {
        String message = "{\"type\":\"auth\",\"token\":\"" + Tokens.alice()
                + "\",\"query\":{\"collection\":\"posts\",\"n\":{\"$in\":[1,\"\"]}}}";
        return message.replace("\"\"]", "\"" + "x".repeat(bytes - message.length()) + "\"]");
    }

    @ParameterizedTest
    @ValueSource(ints = {20_000, 64 * 1024})
    void aSubscriptionMayHave64Kilobytes(int bytes) throws Exception {
        assertThat(numbers(open().send(subscription(bytes)).next())).isEqualTo("[1]");
    }

    @Test
    void oneByteMoreIsTooMuch() throws Exception {
        SocketClient client = open().send(subscription(64 * 1024 + 1));

        assertThat(client.closeCode()).isEqualTo(1009);
    }

    @Test
    void itMayComeInParts() throws Exception {
        String message = subscription(2_000);
        SocketClient client = open();
        for (int i = 0; i < 200; i++) {
            client.sendPart(message.substring(i, i + 1));
        }

        assertThat(numbers(client.send(message.substring(200)).next())).isEqualTo("[1]");
    }

    @Test
    void partsThatNeverEndAreTooMuchToo() throws Exception {
        SocketClient client = open();
        for (int i = 0; i < 5; i++) {
            client.sendPart("x".repeat(15_000));
        }

        assertThat(client.closeCode()).isEqualTo(1009);
    }

    @Test
    void strangersTogetherAreGivenSoMuchRoomAndNoMore() throws Exception {
        SocketClient first = open().sendPart(" ".repeat(60_000));
        await().until(() -> service.unauthenticatedBytes() == 60_000);

        SocketClient second = open().sendPart(" ".repeat(60_000));

        assertThat(second.closeCode()).isEqualTo(1013);
        assertThat(second.closeReason()).contains("unauthenticated");
        assertThat(service.unauthenticatedBytes()).isEqualTo(60_000);

        first.close();
        await().until(() -> service.unauthenticatedBytes() == 0);
        assertThat(numbers(open().send(subscription(60_000)).next())).isEqualTo("[1]");
        assertThat(service.unauthenticatedBytes())
                .as("who is known takes no room")
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'collection':'posts','selector':{},'delt':true}|Invalid key delt for this request; did you mean delta?",
                "{'collection':'posts','selector':{},'conflicts':null}|Invalid boolean value: null",
            })
    void aWrongQueryIsToldInAMessageAndInTheReasonOfTheClose(String query, String reason) throws Exception {
        SocketClient client = open().authenticate(Tokens.alice(), query);

        assertThat(client.next().get("reason").textValue()).isEqualTo(reason);
        assertThat(client.closeCode()).isEqualTo(4000);
        assertThat(client.closeReason()).endsWith(": " + reason);
    }

    @Test
    void anUnknownKeyOfTheMessageIsToldToo() throws Exception {
        SocketClient client = open().send("{\"type\":\"auth\",\"tokn\":\"" + Tokens.alice() + "\"}");

        assertThat(client.next().get("error").textValue()).isEqualTo("invalid_key");
        assertThat(client.closeCode()).isEqualTo(4000);
        assertThat(client.closeReason())
                .isEqualTo("invalid_key: Invalid key tokn for this request; did you mean token?");
    }

    @Test
    void aSlashAtTheEndOfThePathChangesNothing() throws Exception {
        SocketClient global = SocketClient.open(service.port(), "/data/global/");
        open.push(global);
        SocketClient own = SocketClient.open(service.port(), "/data/posts/");
        open.push(own);

        assertThat(numbers(global.authenticate(Tokens.alice(), "{'collection':'posts'}")
                        .next()))
                .isEqualTo("[1]");
        assertThat(numbers(own.authenticate(Tokens.alice(), "{}").next())).isEqualTo("[1]");
    }

    private static String numbers(JsonNode answer) {
        return answer.path("docs").findValues("n").toString();
    }
}
