package dev.matview.testkit.paged;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.StoreSecret;
import dev.matview.testkit.DelegatingViewStore;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * A feed means the same over a {@link PagedViewStore} as from the heap: pages, bookmarks, totals, deltas, whoever asks. Both are fed
 * with one history, drawn at random. What such a store refuses may be refused; nothing may be otherwise. For projects with jqwik.
 */
public abstract class PagedFeedsContract {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> USERS = List.of("a", "b", "c", "d");
    private static final List<String> IDS = List.of(
            "1", "2", "10", "a\u0000b", "a", "\ud83d\ude00", "\uffee", "\u00e9", "x".repeat(300), "profile", "z", "Z");
    private static final List<String> TAGS =
            List.of("red", "blue", "\ud83d\ude00", "", "nul\u0000l", "long".repeat(60));

    private static final List<String> SELECTORS = List.of(
            "{}",
            "{\"tag\":\"red\"}",
            "{\"tag\":{\"$in\":[\"red\",\"blue\",\"none\"]}}",
            "{\"n\":{\"$gt\":1}}",
            "{\"n\":{\"$gte\":1,\"$lt\":3},\"tag\":\"blue\"}",
            "{\"tag\":{\"$gt\":null}}",
            "{\"text\":{\"$regex\":\"1\"}}",
            "{\"$or\":[{\"tag\":\"red\"},{\"n\":2}]}",
            "{\"tag\":{\"$exists\":false}}");
    private static final List<String> SORTS = List.of(
            "[]",
            "[\"n\"]",
            "[{\"n\":\"desc\"}]",
            "[\"tag\"]",
            "[{\"tag\":\"desc\"}]",
            "[\"tag\",\"n\"]",
            "[{\"tag\":\"desc\"},{\"n\":\"desc\"}]",
            "[{\"at\":\"desc\"}]",
            "[\"_id\"]",
            "[{\"_id\":\"desc\"}]");

    /** Opens a store on a place of its own, by that clock. */
    protected abstract PagedViewStore open(ManualScheduler clock) throws Exception;

    /** How long one history is. */
    protected int steps() {
        return 5;
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void aFeedMeansTheSameAsFromTheHeap(@ForAll long seed) throws Exception {
        try (ManualScheduler scheduler = new ManualScheduler();
                PagedViewStore store = open(scheduler)) {
            Random random = new Random(seed);
            FeedDefinition feed = feed(random);
            try (Twins twins = new Twins(feed, store, scheduler, random)) {
                twins.run(steps());
            }
        }
    }

    private static FeedDefinition feed(Random random) {
        FeedDefinition.Builder feed = FeedDefinition.builder("posts")
                .selector("{\"type\":\"post\"}")
                .sort(pick(
                        random,
                        List.of("[]", "[{\"at\":\"desc\"}]", "[\"n\"]", "[\"tag\",{\"n\":\"desc\"}]", "[\"_id\"]")));
        boolean showsIds = random.nextInt(4) > 0;
        if (!showsIds) {
            feed.fields("text", "tag", "n", "at", "author");
        }
        if (random.nextInt(4) > 0) {
            feed.indexes(pick(
                    random,
                    List.of(
                            "[[\"tag\"]]",
                            "[[\"n\"],[\"tag\",\"n\"]]",
                            "[[{\"tag\":\"desc\"},{\"n\":\"desc\"}],[\"at\"]]",
                            "[[\"tag\",{\"n\":\"desc\"}],[{\"n\":\"desc\"}],[\"tag\"]]")));
        }
        if (random.nextInt(3) == 0) {
            feed.limit(1 + random.nextInt(12));
        }
        if (random.nextInt(3) == 0) {
            feed.access(Access.ACL);
        }
        if (random.nextInt(4) == 0) {
            feed.expand(List.of("author"));
        }
        return feed.build();
    }

    private static <T> T pick(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** One feed twice: over the store, and in the heap. */
    private static final class Twins implements AutoCloseable {

        private final Random random;
        private final ManualScheduler scheduler;
        private final InMemoryDatabases databases = new InMemoryDatabases();
        private final GlobalFeeds heap;
        private final GlobalFeeds paged;
        /** The last answers to a query, of both. */
        private final Map<String, Page[]> before = new HashMap<>();
        /** Bookmarks, of both, with the queries that they go on with. */
        private final List<Walk> walks = new ArrayList<>();

        private record Walk(Query query, String heap, String paged) {}

        Twins(FeedDefinition feed, PagedViewStore store, ManualScheduler scheduler, Random random) {
            this.random = random;
            this.scheduler = scheduler;
            Settings settings = Settings.builder()
                    .pageSize(3)
                    .maxPageSize(50)
                    .bookmarkGrace(Duration.ofMinutes(10))
                    .build();
            DelegatingViewStore ofSameSecret = new DelegatingViewStore(new InMemoryViewStore()) {
                @Override
                public StoreSecret secret() {
                    return store.secret();
                }
            };
            this.heap = GlobalFeeds.builder()
                    .registry(FeedRegistry.of(feed))
                    .aggregator(databases)
                    .viewStore(ofSameSecret)
                    .scheduler(scheduler)
                    .settings(settings)
                    .build();
            this.paged = GlobalFeeds.builder()
                    .registry(FeedRegistry.of(feed))
                    .aggregator(databases)
                    .viewStore(store)
                    .scheduler(scheduler)
                    .settings(settings)
                    .build();
        }

        void run(int steps) {
            change(40);
            heap.start();
            paged.start();
            for (int step = 0; step < steps; step++) {
                scheduler.await(heap.refresh("posts"));
                scheduler.await(paged.refresh("posts"));
                assertThat(paged.status("posts").view())
                        .isEqualTo(heap.status("posts").view());
                for (int i = 0; i < 25; i++) {
                    ask();
                }
                List.copyOf(walks).forEach(this::goOn);
                change(random.nextInt(12));
                scheduler.advance(Duration.ofSeconds(1));
            }
        }

        private void change(int writes) {
            for (int i = 0; i < writes; i++) {
                String database = "userdb-" + pick(random, USERS);
                switch (random.nextInt(12)) {
                    case 0 -> databases.drop(database);
                    case 1, 2 -> databases.delete(database, pick(random, IDS));
                    default -> databases.put(database, document());
                }
            }
        }

        private ObjectNode document() {
            ObjectNode document = JSON.createObjectNode();
            document.put("_id", pick(random, IDS));
            document.put("type", random.nextInt(8) == 0 ? "note" : "post");
            document.put("text", "text " + random.nextInt(20));
            document.put("at", random.nextInt(4));
            switch (random.nextInt(6)) {
                case 0 -> {}
                case 1 -> document.putArray("tag").add("red").add(random.nextInt(2));
                case 2 -> document.put("tag", random.nextInt(3));
                default -> document.put("tag", pick(random, TAGS));
            }
            if (random.nextInt(6) > 0) {
                document.put("n", random.nextInt(4));
            }
            document.putObject("author").put("did", "x:" + pick(random, USERS)).put("ref", pick(random, IDS));
            if (random.nextInt(5) > 0) {
                ObjectNode read = document.putObject("acl").putObject("read");
                names(read.putArray("allow"), true);
                if (random.nextInt(3) == 0) {
                    names(read.putArray("deny"), false);
                }
            }
            return document;
        }

        private void names(ArrayNode list, boolean mayBeAll) {
            if (mayBeAll && random.nextInt(3) == 0) {
                list.add("*");
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                list.add("x:" + pick(random, USERS));
            }
            if (random.nextInt(20) == 0) {
                list.addObject().put("rule", 1);
            }
        }

        private Query query() {
            String user = pick(random, USERS);
            Query.Builder query = Query.builder()
                    .selector(pick(random, SELECTORS))
                    .sort(SortOrder.compile(json(random.nextBoolean() ? "[]" : pick(random, SORTS))))
                    .limit(1 + random.nextInt(8))
                    .skip(random.nextInt(5) == 0 ? random.nextInt(12) : 0)
                    .caller(random.nextInt(5) == 0 ? Caller.anonymous() : new Caller("x:" + user, "userdb-" + user));
            if (random.nextInt(5) == 0) {
                query.fields(Projection.compile(json("[\"text\",\"n\"]")));
            }
            return query.build();
        }

        private static JsonNode json(String text) {
            try {
                return JSON.readTree(text);
            } catch (java.io.IOException e) {
                throw new AssertionError(text, e);
            }
        }

        private void ask() {
            Query query = query();
            Page[] now = both(query, query);
            if (now == null) {
                return;
            }
            Page[] last = before.put(query.shape() + query.caller() + query.limit() + "/" + query.skip(), now);
            if (last != null) {
                assertSame(now[1].since(last[1]), now[0].since(last[0]));
                assertThat(now[1].since(last[1].tag()).isPresent())
                        .isEqualTo(now[0].since(last[0].tag()).isPresent());
            }
            if (random.nextInt(4) == 0) {
                walks.add(new Walk(query, now[0].bookmark(), now[1].bookmark()));
            }
        }

        /** The answers from the heap and from the store; null when the store refuses one. */
        private Page @Nullable [] both(Query ofHeap, Query ofStore) {
            Page expected = heap.query("posts", ofHeap);
            Page page;
            try {
                page = paged.query("posts", ofStore);
            } catch (QueryException refused) {
                assertThat(refused.error()).isEqualTo("no_usable_index");
                return null;
            }
            String what = "%s sort %s limit %s skip %d of %s"
                    .formatted(ofHeap.selector(), ofHeap.sort(), ofHeap.limit(), ofHeap.skip(), ofHeap.caller());
            assertThat(new String(page.json(), java.nio.charset.StandardCharsets.UTF_8))
                    .as(what)
                    .isEqualTo(new String(expected.json(), java.nio.charset.StandardCharsets.UTF_8));
            assertThat(page.keys()).as(what).isEqualTo(expected.keys());
            assertThat(page.view()).as(what).isEqualTo(expected.view());
            assertThat(page.tag()).as(what).isEqualTo(expected.tag());
            assertThat(page.endsEarly()).as(what).isEqualTo(expected.endsEarly());
            assertThat(page.warning()).as(what).isEqualTo(expected.warning());
            return new Page[] {expected, page};
        }

        /** A page further, of the generation that the walk began in, whatever came since. */
        private void goOn(Walk walk) {
            walks.remove(walk);
            Page[] next;
            try {
                next = both(
                        walk.query().toBuilder().bookmark(walk.heap()).build(),
                        walk.query().toBuilder().bookmark(walk.paged()).build());
            } catch (BookmarkExpiredException e) {
                throw new AssertionError("a bookmark that is young", e);
            }
            if (next != null && next[0].size() > 0) {
                walks.add(new Walk(walk.query(), next[0].bookmark(), next[1].bookmark()));
            }
        }

        private static void assertSame(Page.Delta delta, Page.Delta expected) {
            assertThat(delta.removed()).isEqualTo(expected.removed());
            assertThat(delta.put()).hasSameSizeAs(expected.put());
            for (int i = 0; i < delta.put().size(); i++) {
                assertThat(delta.put().get(i).key())
                        .isEqualTo(expected.put().get(i).key());
                assertThat(delta.put().get(i).at())
                        .isEqualTo(expected.put().get(i).at());
                assertThat(Arrays.equals(
                                delta.put().get(i).json(), expected.put().get(i).json()))
                        .isTrue();
            }
        }

        @Override
        public void close() {
            heap.close();
            paged.close();
            databases.close();
        }
    }
}
