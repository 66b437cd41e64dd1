package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.MangoLimits;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a query may cost, from the front door. */
@Timeout(60)
class BudgetedQueriesTest {

    private static final Caller ALICE = new Caller("did:x:alice", "userdb-alice");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(
                    FeedDefinition.builder("all").build(),
                    FeedDefinition.builder("private").access(Access.ACL).build()))
            .aggregator(databases)
            .scheduler(scheduler)
            .settings(Settings.builder().maxPageSize(10_000).build())
            .build();

    @BeforeEach
    void start() {
        for (int n = 0; n < 2_000; n++) {
            databases.put(
                    "userdb-alice",
                    Json.object().put("_id", String.format("%05d", n)).put("n", n));
        }
        feeds.start();
        refresh();
    }

    private void refresh() {
        scheduler.await(feeds.refresh("all"));
        scheduler.await(feeds.refresh("private"));
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private static Query.Builder where(String selector) {
        return Query.builder().caller(ALICE).selector(selector);
    }

    private void putHugeDocument() {
        ObjectNode huge = Json.object().put("_id", "zzz");
        ArrayNode elements = huge.putArray("a");
        IntStream.range(0, 100_000).forEach(elements::add);
        databases.put("userdb-alice", huge);
        refresh();
    }

    private static Query costly() {
        ObjectNode selector = Json.object();
        ArrayNode all = selector.putArray("$or");
        for (int i = 0; i < 490; i++) {
            all.add(Json.parse("{\"a\":{\"$elemMatch\":{\"$lt\":-" + (i + 1) + "}}}"));
        }
        return Query.builder()
                .caller(ALICE)
                .selector(Selector.compile(selector))
                .build();
    }

    @Test
    void oneHugeDocumentEndsInQueryTimeoutEachTime() {
        putHugeDocument();

        for (int asked = 0; asked < 3; asked++) {
            assertThatThrownBy(() -> feeds.query("all", costly()))
                    .isExactlyInstanceOf(QueryTimeoutException.class)
                    .extracting(refused -> ((QueryException) refused).error())
                    .isEqualTo("query_timeout");
        }
        assertThatThrownBy(() -> feeds.queryOwn("all", ownCostly())).isExactlyInstanceOf(QueryTimeoutException.class);
    }

    private static Query ownCostly() {
        return Query.builder().caller(ALICE).selector(costly().selector()).build();
    }

    @Test
    void whatIsReadyIsAnsweredHot() {
        assertThat(feeds.query("all", Query.all(), feeds.hotBudget()).size()).isEqualTo(100);
        Query found = where("{\"n\":{\"$lt\":20}}").limit(10).build();
        assertThat(feeds.query("all", found, feeds.hotBudget()).size()).isEqualTo(10);
    }

    @Test
    void whatIsNotIsColdAndThenAnsweredWithAWholeBudget() {
        Query rare = where("{\"n\":{\"$gt\":1990}}").build();
        Budget few = Budget.hot(1_000);

        ColdQueryException cold = catchThrowableOfType(ColdQueryException.class, () -> feeds.query("all", rare, few));

        assertThat(cold.getStackTrace()).isEmpty();
        assertThat(feeds.query("all", rare).size()).isEqualTo(9);
        assertThat(feeds.query("all", rare, Budget.hot(1_000)).size())
                .as("now it is ready")
                .isEqualTo(9);
    }

    @Test
    void aPageOfAnAclFeedIsHotForWhoeverAsksAlsoOfAGenerationThatIsNew() {
        databases.put("userdb-alice", "{\"_id\":\"new\"}");
        refresh();

        for (Caller caller : List.of(ALICE, new Caller("did:x:bob", "userdb-bob"), Caller.anonymous())) {
            int shown = caller.equals(ALICE) ? 100 : 0;
            Query query = Query.builder().caller(caller).build();
            assertThat(feeds.query("private", query, Budget.hot(1_000)).size()).isEqualTo(shown);
        }
    }

    @Test
    void whatAQueryFoundInAnAclFeedIsCarriedOnToTheNextGeneration() {
        Query rare = where("{\"n\":{\"$gt\":1990}}").build();
        feeds.query("private", rare);
        databases.put("userdb-alice", "{\"_id\":\"new\",\"n\":3000}");
        databases.put("userdb-bob", "{\"_id\":\"new\",\"n\":3000}");
        refresh();

        assertThat(feeds.query("private", rare, Budget.hot(1_000)).size()).isEqualTo(10);
    }

    @Test
    void rowsWithCertificateRulesAreColdUntilTheRulesWereAsked() {
        for (int n = 0; n < 2_000; n++) {
            databases.put(
                    "userdb-bob", "{\"_id\":\"%d\",\"acl\":{\"read\":{\"allow\":[{\"is\":\"adult\"}]}}}".formatted(n));
        }
        refresh();
        Query mine = Query.builder().caller(ALICE).build();

        assertThatThrownBy(() -> feeds.query("private", mine, Budget.hot(1_000)))
                .isInstanceOf(ColdQueryException.class);
        feeds.query("private", mine);
        assertThat(feeds.query("private", mine, Budget.hot(1_000)).size()).isEqualTo(100);
    }

    @Test
    void anOwnDatabaseIsNeverHot() {
        Query mine = Query.builder().caller(ALICE).limit(1).build();
        assertThatThrownBy(() -> feeds.queryOwn("all", mine, feeds.hotBudget())).isInstanceOf(ColdQueryException.class);
    }

    @Test
    void aReferredDocumentIsColdUntilItWasRead() {
        databases.put("userdb-bob", "{\"_id\":\"p\",\"acl\":{\"read\":{\"allow\":[\"*\"]}}}");

        assertThatThrownBy(() -> feeds.document("did:x:bob", "p", ALICE, feeds.hotBudget()))
                .isInstanceOf(ColdQueryException.class);
        assertThat(feeds.document("did:x:bob", "p", ALICE)).isPresent();
        assertThat(feeds.document("did:x:bob", "p", ALICE, feeds.hotBudget())).isPresent();
    }

    @Test
    void aStoppedQueryEndsSoon() throws Exception {
        putHugeDocument();
        Budget budget = Budget.unlimited();
        CompletableFuture<Page> query = CompletableFuture.supplyAsync(() -> feeds.query("all", costly(), budget));

        budget.stop();

        assertThatThrownBy(() -> query.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QueryStoppedException.class);
    }

    /** Rendering is paid for as searching is. */
    @Test
    void aPageThatCostsTooMuchToWriteIsRefused() {
        ArrayNode fields = Json.parse("[\"n\"]").deepCopy();
        IntStream.range(0, 200).forEach(n -> fields.add("f" + n));
        Query wide =
                Query.builder().fields(Projection.compile(fields)).limit(2_000).build();

        assertThatThrownBy(() -> feeds.query("all", wide, Budget.ofSteps(100_000)))
                .isExactlyInstanceOf(QueryTimeoutException.class);
        assertThat(feeds.query("all", wide, Budget.ofSteps(1_000_000)).size()).isEqualTo(2_000);
    }

    /** Whoever compiled them: the settings' limits hold for every query. */
    @Test
    void theLimitsOfTheSettingsHoldForEveryQuery() {
        MangoLimits large = MangoLimits.builder()
                .maxFields(10_000)
                .maxSortKeys(10_000)
                .maxConditions(100_000)
                .build();
        ArrayNode names = Json.object().putArray("names");
        IntStream.range(0, 3_000).forEach(n -> names.add("f" + n));
        ObjectNode in = Json.object();
        in.putObject("n").set("$in", names);

        assertRefused(Query.builder().fields(Projection.compile(names, large)), "too_many_fields");
        assertRefused(Query.builder().sort(SortOrder.compile(names, large)), "too_many_sort_keys");
        assertRefused(Query.builder().selector(Selector.compile(in, large)), "selector_too_large");
    }

    @Test
    void aRegularExpressionThatCostsTooMuchIsARefusal() throws Exception {
        databases.put("userdb-alice", Json.object().put("_id", "costly").put("s", "a".repeat(5_000) + "!"));
        Query query = Query.builder()
                .selector(Selector.compile(Json.parse("{\"s\":{\"$regex\":\"^(a+)+$\"}}")))
                .caller(ALICE)
                .build();

        assertThat(catchThrowableOfType(InvalidQueryException.class, () -> feeds.queryOwn("all", query))
                        .error())
                .isEqualTo("regex_too_expensive");
    }

    private void assertRefused(Query.Builder builder, String error) {
        Query query = builder.caller(ALICE).build();
        assertThat(catchThrowableOfType(InvalidQueryException.class, () -> feeds.query("all", query))
                        .error())
                .isEqualTo(error);
        assertThat(catchThrowableOfType(InvalidQueryException.class, () -> feeds.queryOwn("all", query))
                        .error())
                .isEqualTo(error);
        assertThat(catchThrowableOfType(InvalidQueryException.class, () -> feeds.subscribe("all", query, page -> {}))
                        .error())
                .isEqualTo(error);
        assertThat(catchThrowableOfType(InvalidQueryException.class, () -> feeds.subscribeOwn("all", query, page -> {}))
                        .error())
                .isEqualTo(error);
    }

    /** Who brings threads for answers that are not ready gets those on them, and keeps nobody else waiting. */
    @Test
    void aSubscriberBringsItsOwnThreadsForColdAnswers() throws Exception {
        BlockingQueue<Runnable> cold = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
        ObjectNode rare = Json.object();
        rare.putArray("$or").add(Json.parse("{\"n\":{\"$gt\":1990}}"));
        IntStream.range(0, 20).forEach(n -> ((ArrayNode) rare.get("$or")).add(Json.parse("{\"f" + n + "\":1}")));
        Query query = Query.builder().selector(Selector.compile(rare)).build();

        feeds.subscribe("all", query, page -> heard.add(page.size()), cold::add);
        Runnable first = cold.poll(10, TimeUnit.SECONDS);
        assertThat(first).isNotNull();
        assertThat(heard).isEmpty();
        feeds.subscribe("all", Query.all(), page -> heard.add(page.size()), cold::add);
        assertThat(heard.poll(10, TimeUnit.SECONDS))
                .as("ready, and so not held up")
                .isEqualTo(100);
        first.run();

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(9);
    }

    @Test
    void aSubscriberToAnOwnDatabaseBringsItsOwnThreads() throws Exception {
        BlockingQueue<Runnable> cold = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();

        feeds.subscribeOwn("all", Query.builder().caller(ALICE).build(), page -> heard.add(page.size()), cold::add);
        cold.poll(10, TimeUnit.SECONDS).run();

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(100);
    }

    @Test
    void aSubscriberHearsThatItsQueryCostsTooMuch() throws Exception {
        putHugeDocument();
        BlockingQueue<QueryException> failures = new LinkedBlockingQueue<>();
        feeds.subscribe(
                "all",
                costly(),
                new PageListener() {
                    @Override
                    public void answer(Page page) {}

                    @Override
                    public void refused(QueryException reason) {
                        failures.add(reason);
                    }
                },
                Runnable::run);

        assertThat(failures.poll(20, TimeUnit.SECONDS)).isExactlyInstanceOf(QueryTimeoutException.class);
    }

    @Test
    void theSettingsCanBeRead() {
        assertThat(feeds.settings().maxPageSize()).isEqualTo(10_000);
    }
}
