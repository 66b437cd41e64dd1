package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.InvalidBookmarkException;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Pages that follow each other by bookmarks. */
class PagingTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .fields("n", "tag")
            .sort("[{\"n\":\"desc\"}]")
            .build();

    private static GlobalFeeds feeds(InMemoryDatabases databases, ManualScheduler scheduler) {
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
    }

    private static void post(InMemoryDatabases databases, String user, String id, int n, int tag) {
        databases.put(user, "{\"_id\":\"%s\",\"type\":\"post\",\"n\":%d,\"tag\":%d}".formatted(id, n, tag));
    }

    /** Where bookmarks lead does not depend on how pages are cut, also where {@code _id} is not shown and sort keys are alike. */
    @Tag("slow")
    @Property(tries = 300)
    void pagesOfAnySizesAreTheAnswerCutUp(
            @ForAll("posts") List<int[]> posts, @ForAll("queries") String[] asked, @ForAll("sizes") List<int[]> sizes) {
        InMemoryDatabases databases = new InMemoryDatabases();
        ManualScheduler scheduler = new ManualScheduler();
        try (GlobalFeeds feeds = feeds(databases, scheduler)) {
            feeds.start();
            posts.forEach(post -> post(databases, "userdb-" + post[0], "p" + post[1], post[2], post[3]));
            scheduler.await(feeds.refresh("posts"));
            Query.Builder query = Query.builder()
                    .selector(Selector.compile(Json.parse(asked[0])))
                    .sort(SortOrder.compile(Json.parse(asked[1])));
            List<ObjectNode> all =
                    feeds.query("posts", query.limit(1_000).build()).documents();

            List<ObjectNode> expected = new ArrayList<>();
            List<ObjectNode> seen = new ArrayList<>();
            int next = 0;
            for (int[] size : sizes) {
                Page page =
                        feeds.query("posts", query.limit(size[0]).skip(size[1]).build());
                int begin = Math.min(all.size(), next + size[1]);
                next = Math.min(all.size(), begin + size[0]);
                expected.addAll(all.subList(begin, next));
                seen.addAll(page.documents());
                query.bookmark(page.bookmark());
                // What comes later is of no meaning to them.
                post(databases, "userdb-0", "p0", next, size[1]);
                scheduler.await(feeds.refresh("posts"));
            }
            assertThat(seen).isEqualTo(expected);
        }
    }

    /** The same in the own database, in the order that documents come in and in others; some ids fit in no bookmark. */
    @Tag("slow")
    @Property(tries = 250)
    void pagesOfTheOwnDatabaseAreToo(
            @ForAll("posts") List<int[]> posts, @ForAll("queries") String[] asked, @ForAll("sizes") List<int[]> sizes)
            throws InterruptedException {
        InMemoryDatabases databases = new InMemoryDatabases();
        try (GlobalFeeds feeds = feeds(databases, new ManualScheduler())) {
            feeds.start();
            for (int[] post : posts) {
                String id = post[0] == 0 ? "p" + post[1] : "l".repeat(1_500) + post[1] + post[0];
                post(databases, "userdb-a", id, post[2], post[3]);
            }
            Query.Builder query = Query.builder()
                    .caller(new Caller("did:a", "userdb-a"))
                    .selector(Selector.compile(Json.parse(asked[0])))
                    .sort(SortOrder.compile(Json.parse(asked[1])));
            List<ObjectNode> all =
                    feeds.queryOwn("posts", query.limit(1_000).build()).documents();
            int next = 0;
            for (int[] size : sizes) {
                Page page = feeds.queryOwn(
                        "posts", query.limit(size[0]).skip(size[1]).build());
                int begin = Math.min(all.size(), next + size[1]);
                next = size[0] == 0 ? next : Math.min(all.size(), begin + size[0]);
                assertThat(page.documents()).isEqualTo(all.subList(begin, Math.max(begin, next)));
                query.bookmark(page.bookmark());
            }
        }
    }

    @Provide
    Arbitrary<List<int[]>> posts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 2))
                .as((user, id, n, tag) -> new int[] {user, id, n, tag})
                .list()
                .ofMaxSize(14);
    }

    @Provide
    Arbitrary<String[]> queries() {
        return Combinators.combine(
                        Arbitraries.of("{}", "{}", "{\"tag\":1}", "{\"tag\":{\"$gt\":0}}", "{\"tag\":7}"),
                        Arbitraries.of("[]", "[]", "[\"tag\"]", "[{\"tag\":\"desc\"},\"n\"]", "[\"absent\"]"))
                .as((selector, sort) -> new String[] {selector, sort});
    }

    @Provide
    Arbitrary<List<int[]>> sizes() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.integers().between(0, 3).injectDuplicates(0.5))
                .as((limit, skip) -> new int[] {limit, skip})
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    @Nested
    class InOneFeed {

        private final InMemoryDatabases databases = new InMemoryDatabases();
        private final ManualScheduler scheduler = new ManualScheduler();
        private final GlobalFeeds feeds = feeds(databases, scheduler);

        @BeforeEach
        void start() {
            feeds.start();
        }

        @AfterEach
        void close() {
            feeds.close();
        }

        private List<String> pages(Query.Builder query) {
            List<String> all = new ArrayList<>();
            Page page = feeds.query("posts", query.build());
            while (page.size() > 0) {
                assertThat(page.bookmark()).hasSizeLessThanOrEqualTo(2_048);
                all.add(new String(page.json()));
                page = feeds.query("posts", query.bookmark(page.bookmark()).build());
            }
            return all;
        }

        @Test
        void namesTooLongForABookmarkAreNoObstacle() {
            String longId = "i".repeat(3_000);
            for (int i = 0; i < 6; i++) {
                post(databases, "userdb-a", longId + i, i % 2, i);
            }
            scheduler.await(feeds.refresh("posts"));

            assertThat(pages(Query.builder().limit(1)))
                    .containsExactly(
                            "[{\"n\":1,\"tag\":5}]",
                            "[{\"n\":1,\"tag\":3}]",
                            "[{\"n\":1,\"tag\":1}]",
                            "[{\"n\":0,\"tag\":4}]",
                            "[{\"n\":0,\"tag\":2}]",
                            "[{\"n\":0,\"tag\":0}]");
            assertThat(pages(Query.builder().limit(2).sort(SortOrder.compile(Json.parse("[\"tag\"]")))))
                    .hasSize(3)
                    .first()
                    .isEqualTo("[{\"n\":0,\"tag\":0},{\"n\":1,\"tag\":1}]");
        }

        @Test
        void theFieldsMayChangeFromPageToPage() {
            for (int i = 0; i < 3; i++) {
                post(databases, "userdb-a", "p" + i, i, 9);
            }
            scheduler.await(feeds.refresh("posts"));
            Query.Builder query = Query.builder().limit(1);
            Page first = feeds.query("posts", query.build());

            query.fields(Projection.compile(Json.parse("[\"n\"]"))).bookmark(first.bookmark());
            assertThat(new String(feeds.query("posts", query.build()).json())).isEqualTo("[{\"n\":1}]");
        }

        @Test
        void onePageHasOneBookmarkWhoeverAsksForIt() {
            post(databases, "userdb-a", "p", 1, 1);
            scheduler.await(feeds.refresh("posts"));

            assertThat(feeds.query("posts", Query.all()).bookmark())
                    .isEqualTo(feeds.query("posts", Query.all()).bookmark());
        }
    }

    @Nested
    class InTheOwnDatabase {

        private final InMemoryDatabases databases = new InMemoryDatabases();
        private final ManualScheduler scheduler = new ManualScheduler();
        private final GlobalFeeds feeds = feeds(databases, scheduler);
        private final Query.Builder query =
                Query.builder().caller(new Caller("did:a", "userdb-a")).sort(SortOrder.compile(Json.parse("[\"n\"]")));

        @BeforeEach
        void start() {
            feeds.start();
        }

        @AfterEach
        void close() {
            feeds.close();
        }

        private List<Integer> next() throws InterruptedException {
            Page page = feeds.queryOwn("posts", query.build());
            query.bookmark(page.bookmark());
            return page.documents().stream()
                    .map(document -> document.path("n").intValue())
                    .toList();
        }

        @Test
        void aPageGoesOnAfterTheLastRowWhateverCameAndWentBeforeIt() throws InterruptedException {
            for (int n = 10; n < 60; n += 10) {
                post(databases, "userdb-a", "p" + n, n, 0);
            }
            query.limit(2);
            assertThat(next()).containsExactly(10, 20);
            post(databases, "userdb-a", "p5", 5, 0);
            databases.delete("userdb-a", "p20");
            post(databases, "userdb-a", "p25", 25, 0);

            assertThat(next()).containsExactly(25, 30);
            databases.delete("userdb-a", "p10");
            assertThat(next()).containsExactly(40, 50);
            assertThat(next()).isEmpty();
            assertThat(next()).isEmpty();
            post(databases, "userdb-a", "p60", 60, 0);
            assertThat(next()).as("what comes after the end is found there").containsExactly(60);
        }

        @Test
        void keysTooLongForABookmarkAreNoObstacle() throws InterruptedException {
            String longId = "i".repeat(3_000);
            for (int i = 0; i < 7; i++) {
                post(databases, "userdb-a", longId + i, 1, 0);
            }
            post(databases, "userdb-a", "j", 2, 0);
            Page page = feeds.queryOwn("posts", query.limit(2).build());
            List<String> ids = new ArrayList<>();
            while (page.size() > 0) {
                assertThat(page.bookmark()).hasSizeLessThanOrEqualTo(2_048);
                page.documents()
                        .forEach(document -> ids.add(document.path("_id").textValue()));
                page = feeds.queryOwn("posts", query.bookmark(page.bookmark()).build());
            }

            assertThat(ids).hasSize(8).doesNotHaveDuplicates().last().isEqualTo("j");
        }

        @Test
        void aBookmarkOfAnotherDatabaseOrFeedIsRefused() throws InterruptedException {
            post(databases, "userdb-a", "p", 1, 0);
            scheduler.await(feeds.refresh("posts"));
            String own = feeds.queryOwn("posts", query.build()).bookmark();
            String global = feeds.query("posts", query.build()).bookmark();

            query.caller(new Caller("did:b", "userdb-b")).bookmark(own);
            assertThatThrownBy(() -> feeds.queryOwn("posts", query.build()))
                    .isInstanceOf(InvalidBookmarkException.class);
            assertThatThrownBy(() -> feeds.query("posts", query.build())).isInstanceOf(InvalidBookmarkException.class);
            query.caller(new Caller("did:a", "userdb-a"));
            assertThatThrownBy(() -> feeds.queryOwn("notes", query.build()))
                    .isInstanceOf(InvalidBookmarkException.class);
            query.bookmark(global);
            assertThatThrownBy(() -> feeds.queryOwn("posts", query.build()))
                    .isInstanceOf(InvalidBookmarkException.class);
        }
    }
}
