package dev.matview.server.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.share.Bench;
import dev.matview.server.share.FairShare;
import dev.matview.server.share.FairShare.Pushes;
import dev.matview.server.share.ShareLimits;
import dev.matview.testkit.ManualScheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** After every push, a client that applies it holds what a fresh query answers. */
class DeltaHistoriesTest {

    private static final List<String> USERS = List.of("userdb-a", "userdb-b", "userdb-c");
    private static final List<String> IDS = List.of("1", "2", "3", "4");
    private static final Caller ALICE = new Caller("did:a", "userdb-a");
    private static final Pushes CLIENT =
            FairShare.start(ShareLimits.defaults(), new ManualScheduler()).pushes("client", Bench.SEARCHING);
    private static final int HISTORIES_FOR_NODE = 200;

    /** Ids are shared by users and not shown, sort keys are alike, and what is shown may be alike too. */
    private static final FeedDefinition OPEN = FeedDefinition.builder("open")
            .fields("text", "filler")
            .sort("[\"n\"]")
            .limit(8)
            .build();

    private static final FeedDefinition SHARED = FeedDefinition.builder("shared")
            .fields("text", "n")
            .sort("[{\"n\":\"desc\"}]")
            .access(Access.ACL)
            .build();

    /** One for all histories: each begins with what the one before has left. */
    private static ManualScheduler scheduler;

    private static InMemoryDatabases databases;
    private static GlobalFeeds feeds;
    private static List<NodeRun.History> forNode;

    @BeforeContainer
    static void start() {
        scheduler = new ManualScheduler();
        databases = new InMemoryDatabases();
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(OPEN, SHARED))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        forNode = new ArrayList<>();
    }

    @AfterContainer
    static void runInNode() {
        feeds.close();
        NodeRun.check(forNode);
    }

    /** What happens to one document, and to the client in the meantime. */
    record Step(String user, String id, int n, int text, int reader, Client client) {}

    enum Client {
        READS,
        IS_SLOW,
        COMES_BACK,
        COMES_BACK_LATE
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Combinators.combine(
                        Arbitraries.of(USERS),
                        Arbitraries.of(IDS),
                        Arbitraries.integers().between(-1, 4),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.frequency(
                                net.jqwik.api.Tuple.of(6, Client.READS),
                                net.jqwik.api.Tuple.of(3, Client.IS_SLOW),
                                net.jqwik.api.Tuple.of(1, Client.COMES_BACK),
                                net.jqwik.api.Tuple.of(1, Client.COMES_BACK_LATE)))
                .as(Step::new)
                .list()
                .ofMinSize(2)
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<Asked> queries() {
        return Combinators.combine(
                        Arbitraries.of("open", "shared", "own"),
                        Arbitraries.of("{}", "{}", "{\"text\":{\"$gt\":\"t0\"}}"),
                        Arbitraries.of("[]", "[]", "[\"text\"]"),
                        Arbitraries.of(2, 5, 100),
                        Arbitraries.of(0, 0, 1))
                .as(Asked::new);
    }

    /** A subscription of alice. */
    record Asked(String collection, String selector, String sort, int limit, int skip) {

        Query query() {
            return Query.builder()
                    .selector(selector)
                    .sort(SortOrder.compile(json(sort)))
                    .limit(limit)
                    .skip(skip)
                    .caller(ALICE)
                    .build();
        }

        Page ask() {
            return collection.equals("own") ? feeds.queryOwn("open", query()) : feeds.query(collection, query());
        }
    }

    private static com.fasterxml.jackson.databind.JsonNode json(String text) {
        try {
            return Subscriber.MAPPER.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void take(Step step) {
        if (step.n() < 0) {
            databases.delete(step.user(), step.id());
            return;
        }
        ObjectNode document = Subscriber.MAPPER.createObjectNode();
        document.put("_id", step.id())
                .put("collection", "open")
                .put("n", step.n())
                .put("text", "t" + step.text())
                .put("filler", "x".repeat(40 * step.text()));
        document.putObject("acl")
                .putObject("read")
                .putArray("allow")
                .add(List.of("*", "did:a", "did:b", "did:c").get(step.reader()));
        databases.put(step.user(), document);
    }

    private static void refresh() {
        scheduler.await(feeds.refresh("open"));
        scheduler.await(feeds.refresh("shared"));
        scheduler.advance(Duration.ofMillis(1));
    }

    @Tag("slow")
    @Property(tries = 2_000)
    void whoeverAppliesWhatIsPushedHoldsWhatAFreshQueryAnswers(
            @ForAll("histories") List<Step> history, @ForAll("queries") Asked asked) {
        refresh();
        Broadcast broadcast = new Broadcast();
        broadcast.answer(asked.ask());
        Subscriber client = new Subscriber();
        Outbox outbox = join(broadcast, client, null);
        for (Step step : history) {
            if (step.client() == Client.IS_SLOW) {
                client.stopReading();
            }
            boolean away = step.client() == Client.COMES_BACK || step.client() == Client.COMES_BACK_LATE;
            if (away) {
                broadcast.leave(outbox, CLIENT);
                outbox.close();
            }
            take(step);
            refresh();
            broadcast.answer(asked.ask());
            if (away) {
                client.read();
                if (step.client() == Client.COMES_BACK_LATE) {
                    scheduler.advance(Duration.ofMinutes(6));
                    refresh();
                    broadcast = new Broadcast();
                    broadcast.answer(asked.ask());
                }
                outbox = join(broadcast, client, client.etag);
            }
            if (step.client() != Client.IS_SLOW) {
                client.read();
                assertHolds(client, asked.ask());
            }
        }
        client.read();
        assertHolds(client, asked.ask());
        if (forNode.size() < HISTORIES_FOR_NODE) {
            forNode.add(new NodeRun.History(client.messages, client.held()));
        }
    }

    private static Outbox join(
            Broadcast broadcast, Subscriber client, @org.jspecify.annotations.Nullable String since) {
        Outbox outbox = new Outbox(client, true, since, scheduler);
        broadcast.join(outbox, CLIENT);
        broadcast.greet(outbox);
        return outbox;
    }

    private static void assertHolds(Subscriber client, Page fresh) {
        assertThat(client.held())
                .isEqualTo("{\"docs\":" + new String(fresh.json(), StandardCharsets.UTF_8) + ",\"keys\":"
                        + Subscriber.MAPPER.valueToTree(fresh.keys()) + "}");
        if (!fresh.generationTag().equals("own")) {
            assertThat(client.bookmark).isEqualTo(fresh.bookmark());
        }
        assertThat(client.etag).isEqualTo(EntityTag.of(fresh));
    }
}
