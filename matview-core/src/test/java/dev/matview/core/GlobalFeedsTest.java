package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a reader of the front door sees of a view. */
class GlobalFeedsTest extends GlobalFeedsFixture {

    @Nested
    class BeforeTheFirstGeneration {

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
                assertThatThrownBy(() -> unstarted.query("posts", Query.all()))
                        .isInstanceOf(ViewNotReadyException.class);
            }
        }

        @Test
        void aFeedWithoutDatabasesIsAnEmptyViewNotAMissingOne() {
            refresh();

            assertThat(new String(feeds.query("posts", Query.all()).json())).isEqualTo("[]");
        }
    }

    @Nested
    class Rows {

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

            assertThat(shared(new Caller("did:alice", "userdb-a")))
                    .containsExactly("bob", "everybody", "mine", "notbob");
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
        void whereAllCallersAreAnsweredTheSameCanBeAsked() {
            assertThat(feeds.isSameForAll("posts", Query.all())).isTrue();
            assertThat(feeds.isSameForAll(
                            "posts", Query.builder().expand(List.of("author")).build()))
                    .isFalse();
            assertThat(feeds.isSameForAll("notes", Query.all())).isFalse();
            registry.put(FeedDefinition.builder("notes").access(Access.ACL).build());
            assertThat(feeds.isSameForAll("notes", Query.all())).isFalse();
        }
    }

    @Nested
    class AfterARefresh {

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
        void oneThatCouldReadNothingIsToldFromOneThatFoundNothingNew() {
            post("userdb-a", "1", 1);
            post("userdb-b", "2", 2);
            assertThat(refresh().outcome()).isEqualTo(RefreshResult.Outcome.CHANGED);
            assertThat(refresh().outcome()).isEqualTo(RefreshResult.Outcome.UNCHANGED);
            post("userdb-a", "3", 3);
            post("userdb-b", "4", 4);
            databases.fail("userdb-b", new IllegalStateException("on fire"));
            assertThat(refresh().outcome()).as("one was read").isEqualTo(RefreshResult.Outcome.CHANGED);
            post("userdb-a", "5", 5);
            databases.fail("userdb-a", new IllegalStateException("on fire, too"));

            RefreshResult result = refresh();

            assertThat(result.outcome()).isEqualTo(RefreshResult.Outcome.UNREAD);
            assertThat(result.changed()).isFalse();
            assertThat(texts(Query.all())).as("what was there").contains("userdb-a-3", "userdb-b-2");
            assertThat(feeds.status("posts").failures()).as("the feed goes on").isZero();
            databases.recover("userdb-a");
            databases.recover("userdb-b");
            assertThat(refresh().outcome()).isEqualTo(RefreshResult.Outcome.CHANGED);
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
            assertThat(result.behind())
                    .extracting(Behind::database, Behind::reason)
                    .containsExactly(tuple("userdb-b", "on fire"));
            assertThat(feeds.query("posts", Query.all()).view())
                    .extracting(Page.View::databases, Page.View::behind)
                    .containsExactly(2, 1);
            databases.recover("userdb-b");
            refresh();
            assertThat(texts(Query.all())).first().isEqualTo("userdb-b-4");
            assertThat(feeds.query("posts", Query.all()).view().behind()).isZero();
        }
    }

    @Test
    void closedItAnswersNothing() {
        refresh();
        feeds.close();

        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(IllegalStateException.class);
        assertThat(feeds.refresh("posts")).isCompletedExceptionally();
    }
}
