package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No answer has more bytes than one may, whatever its rows are and refer to; and nothing is lost by that. */
class AnswerBytesTest {

    private static final int MOST = 10_000;
    private static final int REFERRED = 3_000;
    private static final Caller ALICE = new Caller("did:x:alice", "userdb-alice");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final GlobalFeeds feeds = feeds(databases, scheduler);

    private static GlobalFeeds feeds(InMemoryDatabases databases, ManualScheduler scheduler) {
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(
                        FeedDefinition.builder("plain").build(),
                        FeedDefinition.builder("expanded").expand(fields(10)).build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .settings(Settings.builder()
                        .answerBytes(MOST)
                        .maxReferrals(20)
                        .pageSize(50)
                        .build())
                .build();
    }

    private static List<String> fields(int count) {
        return IntStream.range(0, count).mapToObj(n -> "r" + n).toList();
    }

    @BeforeEach
    void start() {
        feeds.start();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private void refresh() {
        scheduler.await(feeds.refresh("plain"));
        scheduler.await(feeds.refresh("expanded"));
    }

    private void putReferred(String user, String id, int bytes) {
        databases.put(
                user,
                Json.object()
                        .put("_id", id)
                        .put("text", "x".repeat(bytes))
                        .set("acl", Json.parse("{\"read\":{\"allow\":[\"*\"]}}")));
    }

    /** Rows that refer to one document in each of ten fields. */
    private void putReferring(int rows) {
        for (int n = 0; n < rows; n++) {
            ObjectNode row = Json.object().put("_id", String.format("a%03d", n));
            fields(10)
                    .forEach(field ->
                            row.putObject(field).put("did", "did:x:bob").put("ref", "z"));
            databases.put("userdb-alice", row);
        }
    }

    /** All pages, by their bookmarks; only an empty one is the end. */
    private List<JsonNode> all(String collection, Query.Builder query) {
        List<JsonNode> all = new ArrayList<>();
        Page page = feeds.query(collection, query.build());
        while (page.size() > 0) {
            assertThat(page.json()).hasSizeLessThanOrEqualTo(MOST);
            assertThat(page.size()).isEqualTo(page.documents().size());
            assertThat(page.warning().isPresent()).isEqualTo(page.endsEarly());
            all.addAll(page.documents());
            page = feeds.query(collection, query.bookmark(page.bookmark()).build());
        }
        return all;
    }

    @Test
    void aPageEndsBeforeItHasMoreBytesThanItMay() {
        for (int n = 0; n < 30; n++) {
            databases.put(
                    "userdb-alice",
                    Json.object().put("_id", String.format("%03d", n)).put("text", "x".repeat(900)));
        }
        refresh();

        Page first = feeds.query("plain", Query.all());

        assertThat(first.json()).hasSizeBetween(MOST - 1_000, MOST);
        assertThat(first.endsEarly()).isTrue();
        assertThat(first.warning()).get().asString().contains("ends early", "after 10 documents", "10000 bytes");
        assertThat(all("plain", Query.builder())).hasSize(30);
        assertThat(all("plain", Query.builder().fields(Projection.compile(Json.parse("[\"_id\",\"text\"]")))))
                .hasSize(30);
        Page short_ = feeds.query("plain", Query.builder().limit(5).build());
        assertThat(short_.endsEarly()).isFalse();
        assertThat(short_.warning()).isEmpty();
    }

    @Test
    void oneRowIsOnEachPageWhateverItsSize() {
        for (int n = 0; n < 3; n++) {
            databases.put("userdb-alice", Json.object().put("_id", "" + n).put("text", "x".repeat(2 * MOST)));
        }
        refresh();
        Query.Builder query = Query.builder();
        List<Integer> sizes = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            Page page = feeds.query("plain", query.build());
            sizes.add(page.size());
            query.bookmark(page.bookmark());
        }

        assertThat(sizes).containsExactly(1, 1, 1);
        assertThat(feeds.query("plain", query.build()).size()).isZero();
    }

    @Test
    void whatAFeedExpandsDoesNotMultiply() {
        putReferred("userdb-bob", "z", REFERRED);
        putReferring(5);
        refresh();

        Page page = feeds.query("expanded", Query.builder().caller(ALICE).build());

        assertThat(page.json()).hasSizeLessThan(MOST + 1_000);
        assertThat(page.size()).isEqualTo(1);
        assertThat(page.endsEarly()).isTrue();
        JsonNode row = page.documents().get(0);
        assertThat(fields(10).stream().filter(field -> row.path(field).has("text")))
                .as("as many as fit")
                .hasSize(3);
        assertThat(row.path("r9").path("ref").textValue()).as("the others stay").isEqualTo("z");
    }

    @Test
    void whatAQueryExpandsDoesNotMultiply() {
        putReferred("userdb-bob", "z", REFERRED);
        putReferring(5);
        refresh();
        Query query = Query.builder().caller(ALICE).expand(fields(10)).build();

        Page page = feeds.query("plain", query);

        assertThat(page.json()).hasSizeLessThan(MOST + 1_000);
        assertThat(page.size()).isEqualTo(1);
        assertThat(page.warning()).isPresent();
    }

    @Test
    void whatAnOwnQueryExpandsDoesNotMultiply() throws Exception {
        putReferred("userdb-bob", "z", REFERRED);
        putReferring(5);

        Page page = feeds.queryOwn(
                "none",
                Query.builder()
                        .caller(ALICE)
                        .expand(fields(10))
                        .selector("{\"collection\":{\"$exists\":false}}")
                        .build());
        assertThat(page.size()).as("the rule for collections without a feed").isZero();

        Page plain = feeds.queryOwn(
                "plain", Query.builder().caller(ALICE).expand(fields(10)).build());
        assertThat(plain.json()).hasSizeLessThan(MOST + 1_000);
        assertThat(plain.size()).isEqualTo(1);
    }

    @Test
    void aPageEndsBeforeItRefersToTooManyDocuments() {
        for (int n = 0; n < 45; n++) {
            putReferred("userdb-bob", "z" + n, 10);
            ObjectNode row = Json.object().put("_id", String.format("a%03d", n));
            row.putObject("r0").put("did", "did:x:bob").put("ref", "z" + n);
            databases.put("userdb-alice", row);
        }
        refresh();
        Query.Builder query = Query.builder().caller(ALICE).expand(fields(1)).selector("{\"r0\":{\"$exists\":true}}");

        List<JsonNode> all = all("plain", query);

        assertThat(feeds.query("plain", query.bookmark(null).build()).size()).isEqualTo(20);
        assertThat(all)
                .hasSize(45)
                .allSatisfy(row -> assertThat(row.path("r0").has("text")).isTrue());
    }

    @Test
    void documentsOfTooManyBytesAreNotHeldForOneAnswer() {
        for (int n = 0; n < 8; n++) {
            putReferred("userdb-bob", "z" + n, 4_000);
            ObjectNode row = Json.object().put("_id", String.format("a%03d", n));
            row.putObject("r0").put("did", "did:x:bob").put("ref", "z" + n);
            databases.put("userdb-alice", row);
        }
        refresh();

        Query.Builder query = Query.builder()
                .caller(ALICE)
                .expand(fields(1))
                .fields(Projection.compile(Json.parse("[\"_id\",\"r0._id\"]")))
                .selector("{\"r0\":{\"$exists\":true}}");

        assertThat(feeds.query("plain", query.build()).size())
                .as("two fit, though little is shown of them")
                .isEqualTo(2);
        List<JsonNode> all = all("plain", query);

        assertThat(all)
                .hasSize(8)
                .allSatisfy(row -> assertThat(row.at("/r0/_id").textValue()).startsWith("z"));
    }

    /** "0", "00", "+0" and so on all are the first element: one document could be written hundreds of times. */
    @Test
    void fieldsThatRepeatOneValueAreRefusedBeforeTheyFillTheMemory() {
        ObjectNode row = Json.object().put("_id", "1");
        row.putArray("a").add("x".repeat(5_000));
        databases.put("userdb-alice", row);
        refresh();
        ArrayNode fields = Json.object().putArray("fields");
        IntStream.rangeClosed(1, 200).forEach(zeros -> fields.add("a." + "0".repeat(zeros)));

        assertThatThrownBy(() -> feeds.query(
                        "plain",
                        Query.builder().fields(Projection.compile(fields)).build()))
                .isInstanceOfSatisfying(
                        QueryTooLargeException.class,
                        refused -> assertThat(refused.error()).isEqualTo("answer_too_large"));
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void whateverTheRowsAreAllAreShownOnceAndAsTheyAre(@ForAll long seed) {
        Random random = new Random(seed);
        ManualScheduler time = new ManualScheduler();
        InMemoryDatabases users = new InMemoryDatabases();
        int count = random.nextInt(40);
        for (int n = 0; n < count; n++) {
            ObjectNode row = Json.object().put("_id", String.format("%03d", n));
            row.put("text", "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 2 * MOST : 2_000)));
            users.put("userdb-" + random.nextInt(3), row);
        }
        try (GlobalFeeds some = feeds(users, time)) {
            some.start();
            time.await(some.refresh("plain"));
            Query.Builder query = Query.builder();
            if (random.nextBoolean()) {
                query.fields(Projection.compile(Json.parse("[\"_id\",\"text\"]")));
            }
            List<String> shown = new ArrayList<>();
            for (Page page = some.query("plain", query.build()); page.size() > 0; ) {
                assertThat(page.json().length).isLessThanOrEqualTo(page.size() == 1 ? 3 * MOST : MOST);
                page.documents()
                        .forEach(document -> shown.add(document.path("_id").textValue()));
                page = some.query("plain", query.bookmark(page.bookmark()).build());
            }
            assertThat(shown).hasSize(count).isSorted();
        }
    }
}
