package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader of the front door sees. */
class GlobalFeedsTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\": \"post\"}")
            .fields("_id", "text", "at")
            .sort("[{\"at\": \"desc\"}]")
            .build();

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(POSTS);
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(databases)
            .scheduler(scheduler)
            .settings(Settings.builder().pageSize(3).maxPageSize(5).build())
            .build();

    @BeforeEach
    void start() {
        feeds.start();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private void post(String user, String id, int at) {
        databases.put(
                user,
                "{\"_id\":\"%s\",\"type\":\"post\",\"text\":\"%s-%s\",\"at\":%d,\"secret\":\"%s\"}"
                        .formatted(id, user, id, at, user));
    }

    private RefreshResult refresh() {
        return refresh("posts");
    }

    private RefreshResult refresh(String collection) {
        return scheduler.await(feeds.refresh(collection));
    }

    private List<String> texts(Page page) {
        List<String> texts = new ArrayList<>();
        page.documents().forEach(document -> texts.add(document.path("text").textValue()));
        return texts;
    }

    private List<String> texts(Query query) {
        return texts(feeds.query("posts", query));
    }

    private static Query.Builder with() {
        return Query.builder();
    }

    @Test
    void aCollectionWithoutAFeedIsRefused() {
        assertThatThrownBy(() -> feeds.query("notes", Query.all()))
                .isInstanceOfSatisfying(
                        FeedNotRegisteredException.class,
                        refusal -> assertThat(refusal.error()).isEqualTo("feed_not_registered"))
                .hasMessageContaining("notes");
    }

    @Test
    void aViewWithoutAGenerationIsNotReady() {
        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(ViewNotReadyException.class);
    }

    @Test
    void beforeTheStartNoViewIsReady() {
        try (GlobalFeeds unstarted = GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS))
                .aggregator(new InMemoryDatabases())
                .build()) {
            assertThatThrownBy(() -> unstarted.query("posts", Query.all())).isInstanceOf(ViewNotReadyException.class);
        }
    }

    @Test
    void aFeedWithoutDatabasesIsAnEmptyViewNotAMissingOne() {
        refresh();

        assertThat(new String(feeds.query("posts", Query.all()).json())).isEqualTo("[]");
    }

    @Test
    void theRowsOfAllUsersAreMergedInTheFeedsOrder() {
        post("userdb-a", "1", 10);
        post("userdb-b", "2", 30);
        post("userdb-a", "3", 20);
        refresh();

        assertThat(texts(Query.all())).containsExactly("userdb-b-2", "userdb-a-3", "userdb-a-1");
    }

    @Test
    void aRowShowsOnlyTheListedFields() {
        post("userdb-a", "1", 10);
        refresh();

        assertThat(new String(feeds.query("posts", Query.all()).json()))
                .isEqualTo("[{\"_id\":\"1\",\"text\":\"userdb-a-1\",\"at\":10}]");
    }

    @Test
    void rowsOfTwoUsersWithOneIdBothAppear() {
        post("userdb-a", "same", 10);
        post("userdb-b", "same", 10);
        refresh();

        assertThat(texts(Query.all())).containsExactly("userdb-a-same", "userdb-b-same");
    }

    @Test
    void whatWasDeletedOrNoLongerMatchesIsGoneAfterTheNextRefresh() {
        post("userdb-a", "1", 10);
        post("userdb-a", "2", 20);
        post("userdb-b", "3", 30);
        post("userdb-c", "4", 40);
        refresh();
        databases.delete("userdb-a", "1");
        databases.put("userdb-a", "{\"_id\":\"2\",\"type\":\"draft\",\"at\":20}");
        databases.drop("userdb-c");

        RefreshResult result = refresh();

        assertThat(texts(Query.all())).containsExactly("userdb-b-3");
        assertThat(result.changed()).isTrue();
        assertThat(result.moved()).isEqualTo(1);
    }

    @Test
    void aRefreshThatFindsNothingNewMakesNoGeneration() {
        post("userdb-a", "1", 10);
        refresh();
        scheduler.advance(Duration.ofSeconds(30));

        RefreshResult result = refresh();

        assertThat(result.changed()).isFalse();
        assertThat(result.generation()).isEqualTo(1);
        assertThat(feeds.query("posts", Query.all()).view().refreshedAt()).isEqualTo(scheduler.instant());
    }

    @Test
    void aPageIsAsLongAsAskedForButNeverLongerThanAllowed() {
        for (int i = 0; i < 10; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();

        assertThat(texts(Query.all())).hasSize(3);
        assertThat(texts(with().limit(4).build())).hasSize(4);
        assertThat(texts(with().limit(1_000).build())).hasSize(5);
        assertThat(texts(with().limit(0).build())).isEmpty();
        assertThat(texts(with().limit(2).skip(1).build())).containsExactly("userdb-a-p8", "userdb-a-p7");
        assertThat(texts(with().skip(100).build())).isEmpty();
    }

    @Test
    void pagesLinkedByBookmarksNeitherShiftNorRepeatWhileTheViewMovesOn() {
        for (int i = 0; i < 7; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();
        List<String> seen = new ArrayList<>();
        Page page = feeds.query("posts", Query.all());
        for (int newer = 100; page.size() > 0; newer++) {
            seen.addAll(texts(page));
            post("userdb-b", "new" + newer, newer);
            refresh();
            page = feeds.query("posts", with().bookmark(page.bookmark()).build());
        }

        assertThat(seen)
                .containsExactly(
                        "userdb-a-p6",
                        "userdb-a-p5",
                        "userdb-a-p4",
                        "userdb-a-p3",
                        "userdb-a-p2",
                        "userdb-a-p1",
                        "userdb-a-p0");
        assertThat(texts(Query.all())).first().isEqualTo("userdb-b-new102");
    }

    @Test
    void aBookmarkExpiresAfterItsGracePeriodOnceTheViewHasMovedOn() {
        post("userdb-a", "1", 1);
        refresh();
        String bookmark = feeds.query("posts", Query.all()).bookmark();
        scheduler.advance(Duration.ofHours(1));
        assertThat(texts(with().bookmark(bookmark).build()))
                .as("the generation is still the current one")
                .isEmpty();
        post("userdb-a", "2", 2);
        refresh();
        scheduler.advance(Duration.ofMinutes(4));
        assertThat(texts(with().bookmark(bookmark).build())).isEmpty();

        scheduler.advance(Duration.ofMinutes(2));

        assertThatThrownBy(() -> feeds.query("posts", with().bookmark(bookmark).build()))
                .isInstanceOf(BookmarkExpiredException.class);
    }

    @Test
    void aBookmarkThatIsNoneOrOfAnotherQueryIsRefused() {
        post("userdb-a", "1", 1);
        refresh();
        String bookmark = feeds.query("posts", Query.all()).bookmark();

        for (String wrong : List.of("", "x", "nil", "%%%", "a.b.c", "A".repeat(10_000), bookmark + "AAAA")) {
            assertThatThrownBy(() -> feeds.query("posts", with().bookmark(wrong).build()))
                    .as(wrong)
                    .isInstanceOf(InvalidBookmarkException.class)
                    .message()
                    .startsWith("Invalid bookmark value: \"")
                    .hasSizeLessThan(150);
        }
        assertThatThrownBy(() -> feeds.query(
                        "posts",
                        with().selector("{\"at\":1}").bookmark(bookmark).build()))
                .isInstanceOf(InvalidBookmarkException.class);
    }

    @Test
    void aFurtherSelectorFieldsAndSortWorkOnTheView() {
        for (int i = 0; i < 5; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();

        Page page = feeds.query(
                "posts",
                with().selector("{\"at\":{\"$gte\":2}}")
                        .fields(Projection.compile(Json.array(List.of("at"))))
                        .sort(SortOrder.compile(Json.parse("[\"at\"]")))
                        .limit(2)
                        .build());

        assertThat(new String(page.json())).isEqualTo("[{\"at\":2},{\"at\":3}]");
        assertThat(page.view().rows()).isEqualTo(5);
    }

    @Test
    void aBookmarkContinuesASelection() {
        for (int i = 0; i < 6; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();
        Query.Builder even = with().selector("{\"at\":{\"$mod\":[2,0]}}").limit(2);
        Page first = feeds.query("posts", even.build());

        Page second = feeds.query("posts", even.bookmark(first.bookmark()).build());

        assertThat(texts(first)).containsExactly("userdb-a-p4", "userdb-a-p2");
        assertThat(texts(second)).containsExactly("userdb-a-p0");
    }

    @Test
    void aFieldThatTheFeedDoesNotListCannotBeGuessedThroughASelectorOrASort() {
        post("userdb-a", "1", 1);
        refresh();

        assertThat(texts(with().selector("{\"secret\":\"userdb-a\"}").build())).isEmpty();
        assertThat(texts(with().selector("{\"secret\":{\"$exists\":true}}").build()))
                .isEmpty();
        assertThat(texts(with().sort(SortOrder.compile(Json.parse("[\"secret\"]")))
                        .build()))
                .isEmpty();
    }

    @Test
    void aLimitedFeedKeepsTheFirstRowsOfTheView() {
        registry.put(FeedDefinition.builder("top")
                .selector("{\"type\": \"post\"}")
                .fields("text")
                .sort("[{\"at\": \"desc\"}]")
                .limit(2)
                .build());
        for (int i = 0; i < 4; i++) {
            post("userdb-a", "a" + i, 10 + i);
            post("userdb-b", "b" + i, 20 + i);
        }
        refresh("top");
        assertThat(texts(feeds.query("top", Query.all()))).containsExactly("userdb-b-b3", "userdb-b-b2");
        assertThat(feeds.query("top", Query.all()).view().rows()).isEqualTo(2);
        assertThat(feeds.status("top").view().rows()).isEqualTo(2);

        databases.drop("userdb-b");
        refresh("top");

        assertThat(texts(feeds.query("top", Query.all()))).containsExactly("userdb-a-a3", "userdb-a-a2");
    }

    @Test
    void aFailingDatabaseKeepsItsLastRowsAndIsCountedAsBehind() {
        post("userdb-a", "1", 1);
        post("userdb-b", "2", 2);
        refresh();
        post("userdb-a", "3", 3);
        post("userdb-b", "4", 4);
        databases.fail("userdb-b", new IllegalStateException("on fire"));

        RefreshResult result = refresh();

        assertThat(texts(Query.all())).containsExactly("userdb-a-3", "userdb-b-2", "userdb-a-1");
        assertThat(result.behind()).containsOnlyKeys("userdb-b").containsValue("on fire");
        assertThat(feeds.query("posts", Query.all()).view())
                .extracting(Page.View::databases, Page.View::behind)
                .containsExactly(2, 1);
        databases.recover("userdb-b");
        refresh();
        assertThat(texts(Query.all())).first().isEqualTo("userdb-b-4");
        assertThat(feeds.query("posts", Query.all()).view().behind()).isZero();
    }

    @Test
    void anAclFeedShowsACallerWhatTheDocumentsAllow() {
        registry.put(FeedDefinition.builder("shared")
                .fields("text")
                .access(Access.ACL)
                .build());
        share("userdb-a", "mine", "null");
        share("userdb-a", "everybody", "{\"allow\":[\"*\"]}");
        share("userdb-a", "bob", "{\"allow\":[\"did:bob\"]}");
        share("userdb-a", "notbob", "{\"allow\":[\"*\"],\"deny\":[\"did:bob\"]}");
        refresh("shared");

        assertThat(shared(new Caller("did:alice", "userdb-a"))).containsExactly("bob", "everybody", "mine", "notbob");
        assertThat(shared(new Caller("did:bob", "userdb-b"))).containsExactly("bob", "everybody");
        assertThat(shared(Caller.anonymous())).containsExactly("everybody", "notbob");
    }

    private void share(String user, String text, String read) {
        JsonNode acl = Json.parse(read);
        String rules = acl.isNull() ? "" : ",\"acl\":{\"read\":" + acl + "}";
        databases.put(user, "{\"_id\":\"%s\",\"text\":\"%s\"%s}".formatted(text, text, rules));
    }

    private List<String> shared(Caller caller) {
        Page page = feeds.query("shared", with().caller(caller).limit(5).build());
        assertThat(page.view().rows()).isEqualTo(page.size());
        return texts(page);
    }

    @Test
    void aSubscriberGetsTheAnswerNowAndWheneverItChanges() throws InterruptedException {
        post("userdb-a", "1", 1);
        refresh();
        BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        Query tens = with().selector("{\"at\":{\"$lt\":10}}").build();
        try (Subscription subscription = feeds.subscribe("posts", tens, page -> answers.add(texts(page)))) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
            post("userdb-a", "other", 11);
            refresh();
            post("userdb-a", "2", 2);
            refresh();
            assertThat(answers.poll(10, TimeUnit.SECONDS))
                    .as("the generation in between does not change the answer")
                    .containsExactly("userdb-a-2", "userdb-a-1");
        }
        assertThatThrownBy(() -> feeds.subscribe("notes", Query.all(), page -> {}))
                .isInstanceOf(FeedNotRegisteredException.class);
    }

    @Test
    void aSubscriptionGoesOnWhenAFeedThatWasRemovedComesBack() throws InterruptedException {
        post("userdb-a", "1", 1);
        refresh();
        Heard heard = new Heard();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), heard)) {
            assertThat(heard.answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
            registry.remove("posts");
            assertThat(heard.refusals.poll(10, TimeUnit.SECONDS)).isInstanceOf(FeedNotRegisteredException.class);
            assertThat(heard.answers).isEmpty();
            post("userdb-a", "2", 2);
            // Generations of a view that was dropped and made again differ by their time.
            scheduler.advance(Duration.ofSeconds(1));
            registry.put(POSTS);
            // The removed view is dropped meanwhile, which may cost the feed its first refreshes; or it is served once
            // more.
            List<String> all = List.of("userdb-a-2", "userdb-a-1");
            List<String> answer = null;
            for (int i = 0; i < 10 && !all.equals(answer); i++) {
                refresh();
                answer = heard.answers.poll(1, TimeUnit.SECONDS);
                scheduler.advance(Duration.ofSeconds(1));
            }
            assertThat(answer).isEqualTo(all);
        }
    }

    /** What a subscription is told. */
    private final class Heard implements PageListener {
        private final BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        private final BlockingQueue<QueryException> refusals = new LinkedBlockingQueue<>();

        @Override
        public void answer(Page page) {
            answers.add(texts(page));
        }

        @Override
        public void refused(QueryException reason) {
            refusals.add(reason);
        }
    }

    @Test
    void whatChangedSinceAnyAnswerThatAListenerHoldsIsKnown() throws InterruptedException {
        BlockingQueue<Page> pages = new LinkedBlockingQueue<>();
        post("userdb-a", "1", 1);
        refresh();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), pages::add)) {
            Page held = pages.poll(10, TimeUnit.SECONDS);
            for (int n = 2; n <= 4; n++) {
                post("userdb-a", Integer.toString(n), n);
                refresh();
                Page left = pages.poll(10, TimeUnit.SECONDS);
                assertThat(left.since(held).put()).hasSize(n - 1);
            }
        }
    }

    @Test
    void asLongAsAViewHasNoGenerationItsSubscribersAreToldSo() throws InterruptedException {
        Heard heard = new Heard();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), heard)) {
            assertThat(heard.refusals.poll(10, TimeUnit.SECONDS)).isInstanceOf(ViewNotReadyException.class);
            post("userdb-b", "1", 1);
            refresh();
            assertThat(heard.answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-b-1");
        }
    }

    @Test
    void aCallersOwnDatabaseThatCannotBeReadIsARefusalAndNamesNothing() throws InterruptedException {
        post("userdb-a", "1", 1);
        databases.fail("userdb-a", new IllegalStateException("down"));
        Query own = with().caller(new Caller("did:example:a", "userdb-a")).build();

        assertThatThrownBy(() -> feeds.queryOwn("posts", own))
                .isInstanceOfSatisfying(DatabaseUnavailableException.class, refusal -> {
                    assertThat(refusal.error()).isEqualTo("database_unavailable");
                    assertThat(refusal.reason()).doesNotContain("userdb", "down");
                    assertThat(refusal.retryAfter()).isPositive();
                });
        Heard heard = new Heard();
        try (Subscription subscription = feeds.subscribeOwn("posts", own, heard)) {
            assertThat(heard.refusals.poll(10, TimeUnit.SECONDS)).isInstanceOf(DatabaseUnavailableException.class);
            databases.recover("userdb-a");
            scheduler.advance(Duration.ofSeconds(10));
            assertThat(heard.answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
        }
    }

    @Test
    void whoeverIsInterruptedInTheMiddleOfAnOwnQueryStaysInterrupted() {
        post("userdb-a", "1", 1);
        Query own = with().caller(new Caller("did:example:a", "userdb-a")).build();
        feeds.queryOwn("posts", own);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> feeds.queryOwn("posts", own)).isInstanceOf(QueryStoppedException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whereAllCallersAreAnsweredTheSameCanBeAsked() {
        assertThat(feeds.isSameForAll("posts", Query.all())).isTrue();
        assertThat(feeds.isSameForAll(
                        "posts", Query.builder().expand(List.of("author")).build()))
                .isFalse();
        assertThat(feeds.isSameForAll("notes", Query.all())).isFalse();
        registry.put(FeedDefinition.builder("notes").access(Access.ACL).build());
        assertThat(feeds.isSameForAll("notes", Query.all())).isFalse();
    }

    @Test
    void aSubscriberToItsOwnDatabaseIsToldWhenItsAnswerChanges() throws InterruptedException {
        post("userdb-a", "1", 1);
        BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        Query own = with().caller(new Caller("did:example:a", "userdb-a")).build();
        try (Subscription subscription = feeds.subscribeOwn("posts", own, page -> answers.add(texts(page)))) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
            post("userdb-b", "2", 2);
            databases.put("userdb-a", "{\"_id\":\"note\",\"type\":\"note\"}");
            scheduler.advance(Duration.ofSeconds(1));
            databases.fail("userdb-a", new IllegalStateException("down"));
            post("userdb-a", "3", 3);
            scheduler.advance(Duration.ofSeconds(1));
            databases.recover("userdb-a");
            scheduler.advance(Duration.ofSeconds(10));
            assertThat(answers.poll(10, TimeUnit.SECONDS))
                    .as("what changed elsewhere, or is not selected, changes no answer")
                    .containsExactly("userdb-a-1", "userdb-a-3");
        }
        post("userdb-a", "4", 4);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(answers).isEmpty();
        assertThatThrownBy(() -> feeds.subscribeOwn("posts", Query.all(), page -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTagNamesTheGeneration() {
        post("userdb-a", "1", 1);
        refresh();
        String tag = feeds.query("posts", Query.all()).generationTag();
        refresh();
        assertThat(feeds.query("posts", with().limit(1).build()).generationTag())
                .isEqualTo(tag);
        post("userdb-a", "2", 2);
        refresh();
        assertThat(feeds.query("posts", Query.all()).generationTag()).isNotEqualTo(tag);
    }

    @Test
    void closedItAnswersNothing() {
        refresh();
        feeds.close();

        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(IllegalStateException.class);
        assertThat(feeds.refresh("posts")).isCompletedExceptionally();
    }
}
