package dev.matview.core.internal.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.DatabaseUnavailableException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.Settings;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read of a user's own database, and held of it. */
@Timeout(60)
class OwnQueriesTest {

    private static final Caller ALICE = new Caller("did:x:alice", "userdb-alice");
    private static final String OWN = ALICE.database();

    private final ManualScheduler scheduler = new ManualScheduler();
    private final CountedDatabases source = new CountedDatabases();

    private GlobalFeeds feeds(Settings.Builder settings) {
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("all").build()))
                .aggregator(source)
                .scheduler(scheduler)
                .settings(settings.build())
                .build();
        feeds.start();
        return feeds;
    }

    private void putNumbers(int count) {
        for (int n = 0; n < count; n++) {
            source.databases.put(
                    OWN,
                    Json.object()
                            .put("_id", String.format("%05d", n))
                            .put("n", n)
                            .put("back", count - n));
        }
    }

    private static Query.Builder own() {
        return Query.builder().caller(ALICE);
    }

    private static SortOrder sort(String json) {
        return SortOrder.compile(Json.parse(json));
    }

    private static List<Integer> numbers(Page page) {
        return page.documents().stream()
                .map(document -> document.path("n").intValue())
                .toList();
    }

    private static List<String> ids(List<JsonNode> documents) {
        return documents.stream().map(document -> document.path("_id").asText()).toList();
    }

    /** Whatever is asked, in whatever order documents come, and however little is held: as from a list of all. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anAnswerIsThatOfAListOfAllDocuments(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        CountedDatabases some = new CountedDatabases();
        some.inOrder = random.nextBoolean();
        List<ObjectNode> all = new ArrayList<>();
        int count = random.nextInt(40);
        for (int n = 0; n < count; n++) {
            ObjectNode document = Json.object().put("_id", "i" + random.nextInt(1_000) + "é".repeat(random.nextInt(2)));
            if (random.nextInt(4) > 0) {
                document.put("k", random.nextInt(5));
            }
            document.put("text", "x".repeat(random.nextInt(300)));
            all.removeIf(other -> other.get("_id").equals(document.get("_id")));
            some.databases.put(OWN, document);
            some.databases.read(OWN, kept -> {
                if (kept.get("_id").equals(document.get("_id"))) {
                    all.add(kept.deepCopy());
                }
                return true;
            });
        }
        Selector selector = Selector.compile(Json.parse(random.nextBoolean() ? "{}" : "{\"k\":{\"$gte\":1}}"));
        SortOrder order =
                random.nextBoolean() ? SortOrder.none() : sort(random.nextBoolean() ? "[\"k\"]" : "[{\"k\":\"desc\"}]");
        int skip = random.nextInt(3) == 0 ? random.nextInt(10) : 0;
        int limit = 1 + random.nextInt(20);
        List<JsonNode> expected = all.stream()
                .filter(selector::matches)
                .filter(document -> order.key(document) != null)
                .sorted(Comparator.comparing(order::key, Arrays::compareUnsigned))
                .skip(skip)
                .map(JsonNode.class::cast)
                .toList();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("all").build()))
                .aggregator(some)
                .scheduler(new ManualScheduler())
                .settings(Settings.builder().answerBytes(1_500).build())
                .build()) {
            feeds.start();
            Query.Builder query =
                    own().selector(selector).sort(order).skip(skip).limit(limit);
            List<JsonNode> shown = new ArrayList<>();
            Page page = feeds.queryOwn("all", query.build());
            assertThat(page.size()).isLessThanOrEqualTo(limit);
            while (page.size() > 0) {
                assertThat(page.json().length).isLessThanOrEqualTo(1_500);
                shown.addAll(page.documents());
                page = feeds.queryOwn(
                        "all", query.skip(0).bookmark(page.bookmark()).build());
            }
            assertThat(ids(shown)).isEqualTo(ids(expected));
            assertThat(shown.equals(expected)).isTrue();
        }
    }

    @Nested
    class InTheOrderOfTheDatabase {

        @Test
        void readingEndsWithThePage() throws Exception {
            putNumbers(1_000);
            try (GlobalFeeds feeds = feeds(Settings.builder())) {
                Page page = feeds.queryOwn("all", own().limit(1).build());

                assertThat(numbers(page)).containsExactly(0);
                assertThat(source.documentsRead).hasValue(1);
                assertThat(page.view().rows()).as("not known").isEqualTo(-1);

                Page later = feeds.queryOwn(
                        "all", own().limit(3).bookmark(page.bookmark()).skip(4).build());
                assertThat(numbers(later)).containsExactly(5, 6, 7);
                assertThat(source.documentsRead).hasValue(1 + 8);
            }
        }

        @Test
        void howManyThereAreIsToldWhenAllWereRead() throws Exception {
            putNumbers(30);
            try (GlobalFeeds feeds = feeds(Settings.builder())) {
                assertThat(feeds.queryOwn("all", own().build()).view().rows()).isEqualTo(30);
                assertThat(feeds.queryOwn(
                                        "all",
                                        own().sort(sort("[\"back\"]")).limit(2).build())
                                .view()
                                .rows())
                        .isEqualTo(30);
                assertThat(feeds.queryOwn(
                                        "all",
                                        own().selector("{\"n\":{\"$lt\":9}}").build())
                                .view()
                                .rows())
                        .isEqualTo(9);
            }
        }

        @Test
        void whateverTheIdsABookmarkIsAtMostTwoKilobytesAndThePagesGoOn() throws Exception {
            for (int length : List.of(1, 400, 1_300, 1_500, 5_000, 70_000)) {
                source.databases.drop(OWN);
                for (int n = 0; n < 3; n++) {
                    source.databases.put(
                            OWN,
                            Json.object().put("_id", "i".repeat(length) + n).put("n", n));
                }
                try (GlobalFeeds feeds = feeds(Settings.builder())) {
                    List<Integer> seen = new ArrayList<>();
                    Query.Builder query = own().limit(1);
                    Page page = feeds.queryOwn("all", query.build());
                    while (page.size() > 0) {
                        seen.addAll(numbers(page));
                        assertThat(page.bookmark()).as("%d", length).hasSizeLessThanOrEqualTo(2_048);
                        page = feeds.queryOwn(
                                "all", query.bookmark(page.bookmark()).build());
                    }
                    assertThat(seen).as("%d", length).containsExactly(0, 1, 2);
                }
            }
        }

        @Test
        void moreThanItMayPassOverAndAskForIsRefused() throws Exception {
            putNumbers(30);
            try (GlobalFeeds feeds = feeds(Settings.builder().ownRows(20))) {
                assertThat(feeds.queryOwn("all", own().skip(10).limit(10).build())
                                .size())
                        .isEqualTo(10);
                assertThatThrownBy(() ->
                                feeds.queryOwn("all", own().skip(11).limit(10).build()))
                        .isInstanceOfSatisfying(
                                QueryTooLargeException.class,
                                refused -> assertThat(refused.error()).isEqualTo("too_many_rows"));
                assertThatThrownBy(() -> feeds.queryOwn(
                                "all", own().skip(Integer.MAX_VALUE).limit(10).build()))
                        .isInstanceOf(QueryTooLargeException.class);
            }
        }

        @Test
        void aLimitAboveTheLargestPageIsToldHereToo() throws InterruptedException {
            source.databases.put(OWN, "{\"_id\":\"1\",\"collection\":\"all\"}");
            try (GlobalFeeds feeds = feeds(Settings.builder())) {
                assertThat(feeds.queryOwn("all", own().limit(1_001).build()).warning())
                        .hasValueSatisfying(warning -> assertThat(warning).contains("1001"));
                assertThat(feeds.queryOwn("all", own().limit(1_000).build()).warning())
                        .isEmpty();
            }
        }
    }

    @Nested
    class InAnotherOrder {

        /** The first of many, in another order, are found without holding the others. */
        @Test
        void onlyTheBestAreHeld() throws Exception {
            for (int n = 0; n < 300; n++) {
                source.databases.put(
                        OWN,
                        Json.object()
                                .put("_id", String.format("%05d", n))
                                .put("n", n)
                                .put("text", "x".repeat(1_000)));
            }
            source.inOrder = false;
            try (GlobalFeeds feeds = feeds(Settings.builder().answerBytes(5_000).maxPageSize(300))) {
                List<Integer> all = new ArrayList<>();
                Query.Builder query = own().sort(sort("[{\"n\":\"desc\"}]")).limit(300);
                Page page = feeds.queryOwn("all", query.build());
                assertThat(page.endsEarly()).isTrue();
                while (page.size() > 0) {
                    assertThat(page.json()).hasSizeLessThanOrEqualTo(5_000);
                    all.addAll(numbers(page));
                    page = feeds.queryOwn("all", query.bookmark(page.bookmark()).build());
                }
                assertThat(all).hasSize(300).isSortedAccordingTo(Comparator.reverseOrder());
            }
        }

        @Test
        void whatIsSortedByTakesNoMoreThanAnAnswer() {
            for (int n = 0; n < 30; n++) {
                source.databases.put(OWN, Json.object().put("_id", "" + n).put("text", "x".repeat(100_000)));
            }
            try (GlobalFeeds feeds = feeds(Settings.builder().answerBytes(5_000))) {
                assertThatThrownBy(() -> feeds.queryOwn(
                                "all", own().sort(sort("[\"text\"]")).skip(1).build()))
                        .isInstanceOfSatisfying(
                                QueryTooLargeException.class,
                                refused -> assertThat(refused.error()).isEqualTo("sort_too_large"));
            }
        }
    }

    @Nested
    class Reading {

        @Test
        void readingEndsWithTheBudget() {
            putNumbers(5_000);
            try (GlobalFeeds feeds = feeds(Settings.builder())) {
                Query none = own().selector("{\"n\":{\"$lt\":0}}").build();

                assertThatThrownBy(() -> feeds.queryOwn("all", none, Budget.ofSteps(1_000)))
                        .isExactlyInstanceOf(QueryTimeoutException.class);

                assertThat(source.documentsRead.get()).isLessThan(1_000);
            }
        }

        @Test
        void readingEndsWhenNobodyWaitsAnyMore() throws Exception {
            putNumbers(10);
            source.gate = new CountDownLatch(1);
            try (GlobalFeeds feeds = feeds(Settings.builder())) {
                Budget budget = feeds.budget();
                CompletableFuture<Page> asked = ask(feeds, budget);
                await().until(() -> source.reading.get() == 1);

                budget.stop();

                assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(QueryStoppedException.class);
                await().until(() -> source.reading.get() == 0);
            }
        }

        /** Waiting for a place takes nothing of the time to work, and has an end. */
        @Test
        void noMoreAreReadAtOnceThanMayBe() throws Exception {
            putNumbers(10);
            source.gate = new CountDownLatch(1);
            try (GlobalFeeds feeds = feeds(Settings.builder().ownReaders(2).queryTime(Duration.ofSeconds(1)))) {
                List<CompletableFuture<Page>> asked = new ArrayList<>();
                for (int n = 0; n < 6; n++) {
                    asked.add(ask(feeds, feeds.budget()));
                }
                await().until(() -> source.reading.get() == 2);
                CompletableFuture<Page> impatient =
                        ask(feeds, Budget.of(1_000_000, Duration.ofSeconds(1), Duration.ofMillis(20), scheduler));
                assertThatThrownBy(() -> impatient.get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(DatabaseUnavailableException.class);
                scheduler.advance(Duration.ofSeconds(10));

                source.gate.countDown();

                for (CompletableFuture<Page> each : asked) {
                    assertThat(each.get(10, TimeUnit.SECONDS).size()).isEqualTo(10);
                }
                assertThat(source.mostReading).hasValue(2);
            }
        }

        @Test
        void aRefreshNeedsNoPlaceAmongThem() throws Exception {
            putNumbers(10);
            source.gate = new CountDownLatch(1);
            try (GlobalFeeds feeds = feeds(Settings.builder().ownReaders(1))) {
                CompletableFuture<Page> asked = ask(feeds, feeds.budget());
                await().until(() -> source.reading.get() == 1);

                assertThat(scheduler.await(feeds.refresh("all")).rows()).isEqualTo(10);

                source.gate.countDown();
                assertThat(asked.get(10, TimeUnit.SECONDS).size()).isEqualTo(10);
            }
        }

        private static CompletableFuture<Page> ask(GlobalFeeds feeds, Budget budget) {
            CompletableFuture<Page> asked = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    asked.complete(feeds.queryOwn("all", own().build(), budget));
                } catch (RuntimeException e) {
                    asked.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
            return asked;
        }
    }
}
