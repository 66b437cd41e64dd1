package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Keys, tags and differences of answers, on one server and on two that share a store. */
class ServedPageTest {

    private static final FeedDefinition POSTS =
            FeedDefinition.builder("posts").fields("text").sort("[\"n\"]").build();
    private static final FeedDefinition SHARED =
            FeedDefinition.builder("shared").fields("text").access(Access.ACL).build();
    private static final Caller ALICE = new Caller("did:alice", "userdb-alice");

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final List<GlobalFeeds> nodes = new ArrayList<>();
    private final GlobalFeeds feeds = node();

    /** They share sources, store and time, and so are closed together. */
    private GlobalFeeds node() {
        GlobalFeeds node = GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS, SHARED))
                .aggregator(databases)
                .viewStore(store)
                .scheduler(scheduler)
                .build();
        nodes.add(node);
        return node;
    }

    private GlobalFeeds startedNode() {
        GlobalFeeds node = node();
        node.start();
        // It reads in the background what the store holds.
        await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return node.status().stream().allMatch(status -> status.view() != null)
                    && !node.status().isEmpty();
        });
        return node;
    }

    @BeforeEach
    void start() {
        feeds.start();
    }

    @AfterEach
    void close() {
        nodes.forEach(GlobalFeeds::close);
    }

    private void put(String user, String id, int n, String text) {
        databases.put(user, "{\"_id\":\"%s\",\"n\":%d,\"text\":\"%s\"}".formatted(id, n, text));
    }

    private void refresh() {
        scheduler.await(feeds.refresh("posts"));
        scheduler.await(feeds.refresh("shared"));
    }

    private Page page() {
        return feeds.query("posts", Query.all());
    }

    /** Any two pages can be compared. */
    @Test
    void thereIsOneKindOfPage() {
        assertThat(Page.class.getPermittedSubclasses()).containsExactly(ServedPage.class);
    }

    private static Query after(Page page) {
        return Query.builder().bookmark(page.bookmark()).build();
    }

    @Nested
    class Keys {

        @Test
        void rowsOfTwoUsersWithOneIdHaveTwoKeysWhichStayAndSayNothing() {
            put("userdb-a", "same", 1, "same");
            put("userdb-b", "same", 1, "same");
            refresh();
            List<String> keys = page().keys();
            put("userdb-a", "same", 2, "other");
            put("userdb-b", "new", 0, "new");
            refresh();

            assertThat(keys).hasSize(2).doesNotHaveDuplicates().allMatch(key -> key.matches("[A-Za-z0-9_-]{22}"));
            assertThat(page().keys()).hasSize(3).endsWith(keys.get(1), keys.get(0));
        }

        @Test
        void keysOfOneDocumentInTwoViewsAreNotTheSame() throws InterruptedException {
            databases.put(
                    "userdb-alice",
                    "{\"_id\":\"1\",\"collection\":\"posts\",\"n\":1,\"acl\":{\"read\":{\"allow\":[\"*\"]}}}");
            refresh();
            List<String> keys = new ArrayList<>(page().keys());
            Query alices = Query.builder().caller(ALICE).build();
            keys.addAll(feeds.query("shared", alices).keys());
            keys.addAll(feeds.queryOwn("posts", alices).keys());

            assertThat(keys).hasSize(3).doesNotHaveDuplicates();
            assertThat(feeds.queryOwn("posts", alices).keys()).containsExactly(keys.get(2));
        }

        @Test
        void anotherServerOnTheStoreNamesRowsAndAnswersAlikeAlsoAfterARestartAndARotation() {
            put("userdb-a", "1", 1, "one");
            refresh();
            Page first = page();
            store.rotateSecret();

            GlobalFeeds other = startedNode();
            Page second = other.query("posts", Query.all());

            assertThat(second.keys()).isEqualTo(first.keys());
            assertThat(second.tag()).isEqualTo(first.tag());
            assertThat(other.query("posts", after(first)).size()).isZero();
        }
    }

    @Nested
    class Tags {

        @Test
        void whateverChangesTheAnswerChangesItsTag() throws InterruptedException {
            put("userdb-a", "1", 1, "one");
            put("userdb-a", "2", 2, "two");
            refresh();
            List<String> tags = new ArrayList<>();
            for (Query query : List.of(
                    Query.all(),
                    Query.builder().selector("{\"text\":{\"$gt\":\"\"}}").build(),
                    Query.builder().limit(1).build(),
                    Query.builder().skip(1).build(),
                    Query.builder().expand(List.of("author")).build(),
                    after(page()))) {
                tags.add(feeds.query("posts", query).tag());
            }
            Query owner =
                    Query.builder().caller(new Caller("did:a", "userdb-a")).build();
            tags.add(feeds.query("shared", Query.all()).tag());
            tags.add(feeds.query("shared", owner).tag());
            tags.add(feeds.queryOwn("posts", owner).tag());
            put("userdb-a", "3", 3, "three");
            refresh();
            tags.add(page().tag());

            assertThat(tags).doesNotHaveDuplicates().allMatch(tag -> tag.matches("[A-Za-z0-9.+_-]+"));
            assertThat(page().tag()).isEqualTo(page().tag());
            assertThat(feeds.query("posts", owner).tag())
                    .as("who is shown the same has the same")
                    .isEqualTo(page().tag());
        }

        /** Otherwise an answer whose rows are others, and look the same, would be taken for the one before. */
        @Test
        void rowsThatOnlyLookTheSameAreOthers() throws InterruptedException {
            put("userdb-a", "1", 1, "same");
            refresh();
            Page before = page();
            BlockingQueue<Page> answers = new LinkedBlockingQueue<>();
            try (Subscription subscription = feeds.subscribe("posts", Query.all(), answers::add)) {
                assertThat(answers.poll(10, TimeUnit.SECONDS)).isNotNull();
                databases.delete("userdb-a", "1");
                put("userdb-b", "1", 1, "same");
                refresh();

                Page after = answers.poll(10, TimeUnit.SECONDS);
                assertThat(after).isNotNull();
                assertThat(after.json()).isEqualTo(before.json());
                assertThat(after.since(before).removed()).isEqualTo(before.keys());
                assertThat(after.since(before).put()).hasSize(1);
            }
        }
    }

    @Nested
    class ChangesSinceAnEarlierAnswer {

        @Test
        void whoHoldsAnEarlierAnswerIsToldWhatLeadsToThisOneByItsTag() {
            put("userdb-a", "1", 1, "one");
            put("userdb-a", "2", 2, "two");
            refresh();
            Page before = page();
            Held held = Held.of(before);
            put("userdb-b", "3", 0, "three");
            databases.delete("userdb-a", "1");
            refresh();
            Page after = page();

            held.apply(after.since(before.tag()).orElseThrow());

            assertThat(held).isEqualTo(Held.of(after));
            assertThat(after.since(after.tag()))
                    .hasValueSatisfying(none -> assertThat(none.isEmpty()).isTrue());
        }

        @Test
        void aTagOfAnotherQueryOfNoneOrOfAGenerationThatIsGoneLeadsNowhere() {
            put("userdb-a", "1", 1, "one");
            refresh();
            String tag = page().tag();
            String limited =
                    feeds.query("posts", Query.builder().limit(1).build()).tag();
            String shared = feeds.query("shared", Query.all()).tag();
            put("userdb-a", "2", 2, "two");
            refresh();

            for (String wrong :
                    List.of("", "x", "a.b.c", limited, shared, tag.substring(1), tag + "x", "x".repeat(9_000))) {
                assertThat(page().since(wrong)).as(wrong).isEmpty();
            }
            assertThat(page().since(tag)).isPresent();
            scheduler.advance(Duration.ofMinutes(6));
            assertThat(page().since(tag)).isEmpty();
        }

        @Test
        void anAnswerThatIsStillTheSameNeedsNoGeneration() {
            put("userdb-a", "1", 1, "one");
            refresh();
            String tag = page().tag();
            for (int i = 0; i < 3; i++) {
                put("userdb-a", "2", 2, "two");
                refresh();
                databases.delete("userdb-a", "2");
                refresh();
                scheduler.advance(Duration.ofMinutes(6));
            }

            assertThat(page().tag()).isNotEqualTo(tag);
            assertThat(page().since(tag))
                    .hasValueSatisfying(none -> assertThat(none.isEmpty()).isTrue());
        }

        /** The client holds a row that was denied since: it must be told to take it away, though nobody shows it the row now. */
        @Test
        void whatMayNotBeReadAnyMoreIsTakenAway() {
            share("userdb-b", "1", "*");
            share("userdb-b", "2", "*");
            refresh();
            Query alices = Query.builder().caller(ALICE).build();
            Page before = feeds.query("shared", alices);
            share("userdb-b", "1", "did:bob");
            refresh();
            Page after = feeds.query("shared", alices);

            assertThat(after.since(before.tag()))
                    .hasValueSatisfying(delta -> assertThat(delta.removed())
                            .containsExactly(before.keys().get(0)));
            assertThat(after.size()).isEqualTo(1);
        }

        private void share(String user, String id, String reader) {
            databases.put(
                    user,
                    "{\"_id\":\"%s\",\"text\":\"%s\",\"acl\":{\"read\":{\"allow\":[\"%s\"]}}}"
                            .formatted(id, id, reader));
        }
    }

    @Nested
    class TheNextPage {

        @Test
        void theNextPageOfASubscriptionIsThereAfterAnHour() throws InterruptedException {
            for (int i = 0; i < 4; i++) {
                put("userdb-a", "p" + i, i, "t" + i);
            }
            refresh();
            BlockingQueue<Page> answers = new LinkedBlockingQueue<>();
            Query.Builder two = Query.builder().limit(2);
            String bookmark;
            try (Subscription subscription = feeds.subscribe("posts", two.build(), answers::add)) {
                bookmark = answers.poll(10, TimeUnit.SECONDS).bookmark();
                for (int hour = 0; hour < 3; hour++) {
                    put("userdb-a", "late" + hour, 90 + hour, "changes nothing on the first page");
                    refresh();
                    scheduler.advance(Duration.ofHours(1));
                }

                assertThat(new String(
                                feeds.query("posts", two.bookmark(bookmark).build())
                                        .json()))
                        .isEqualTo("[{\"text\":\"t2\"},{\"text\":\"t3\"}]");
            }
            assertThat(feeds.query("posts", two.bookmark(bookmark).build()).size())
                    .isEqualTo(2);
            scheduler.advance(Duration.ofMinutes(6));
            assertThatThrownBy(() -> feeds.query("posts", two.bookmark(bookmark).build()))
                    .isInstanceOf(BookmarkExpiredException.class);
        }

        @Test
        void aServerThatFollowedTheSameGenerationsKnowsBookmarksAndTagsOfThem() {
            GlobalFeeds other = node();
            other.start();
            put("userdb-a", "1", 1, "one");
            put("userdb-a", "2", 2, "two");
            refresh();
            Query.Builder query = Query.builder().limit(1);
            Page first = feeds.query("posts", query.build());
            awaitRows(other, 2);
            put("userdb-a", "0", 0, "zero");
            refresh();
            awaitRows(other, 3);

            assertThat(other.query("posts", query.build()).since(first.tag())).isPresent();
            query.bookmark(first.bookmark());
            Page next = other.query("posts", query.build());
            assertThat(new String(next.json())).isEqualTo("[{\"text\":\"two\"}]");
            assertThat(next.bookmark())
                    .isEqualTo(feeds.query("posts", query.build()).bookmark());
            GlobalFeeds late = startedNode();
            assertThatThrownBy(() -> late.query("posts", query.build()))
                    .as("it never had that generation")
                    .isInstanceOf(BookmarkExpiredException.class);
        }

        private void awaitRows(GlobalFeeds node, int rows) {
            await().until(() -> {
                scheduler.advance(Duration.ZERO);
                return node.status("posts").view() != null
                        && node.status("posts").view().rows() == rows;
            });
        }
    }
}
