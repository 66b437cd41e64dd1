package dev.matview.couch;

import static dev.matview.couch.StoredViews.VIEW;
import static dev.matview.couch.StoredViews.read;
import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.remove;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What commits and readings come to in CouchDB. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreTest extends CouchViewStoreFixture {

    @Test
    void aFollowerReadsOnlyWhatChanged() {
        ViewStore writer = store();
        ViewStore follower = store();
        Slice[] slices = new Slice[50];
        for (int i = 0; i < slices.length; i++) {
            slices[i] = slice("userdb-" + i, 1, row("userdb-" + i, "p", "{\"n\":1}"), row("userdb-" + i, "q", "{}"));
        }
        writer.commit(whole(VIEW, 0, slices));
        follower.read(VIEW, 0);
        writer.commit(
                delta(VIEW, 1, put("userdb-7", 2, row("userdb-7", "p", "{\"n\":2}")), remove("userdb-8", 2, "q")));

        assertThat(follower.read(VIEW, 1).orElseThrow().slices())
                .containsExactlyInAnyOrder(
                        put("userdb-7", 2, row("userdb-7", "p", "{\"n\":2}")), remove("userdb-8", 2, "q"));
        assertThat(follower.read(VIEW, 1).orElseThrow().whole())
                .as("what led to a generation the store has passed is not kept")
                .isTrue();
    }

    @Test
    void newDatabasesAreAsCouchDbMakesThemForAdminsOnly() {
        store().commit(whole(VIEW, 0, slice("userdb-a", 1)));

        String plain = views.prefix() + "plain";
        views.raw().create(plain);
        for (String database : List.of(views.current(), views.prefix() + "views")) {
            assertThat(security(database))
                    .as("what CouchDB gives a new database")
                    .isEqualTo(security(plain));
        }
    }

    private JsonNode security(String database) {
        return views.raw().json("GET", views.raw().path(database, "_security"), null);
    }

    @Test
    void aPersonFindsRowsInTheDatabase() {
        store().commit(whole(VIEW, 0, slice("userdb-a", "7-x", row("userdb-a", "p1", "{\"content\":\"hello\"}"))));

        JsonNode document = views.documents(views.current()).get(0);

        assertThat(document.path("_id").asText()).endsWith("/slice/userdb-a");
        assertThat(document.path("database").asText()).isEqualTo("userdb-a");
        assertThat(document.path("generation").asInt()).isEqualTo(1);
        assertThat(document.path("position").path("updateSeq").asText()).isEqualTo("7-x");
        assertThat(document.path("rows").path(0).path("id").asText()).isEqualTo("p1");
        assertThat(document.path("rows").path(0).path("doc").path("content").asText())
                .isEqualTo("hello");
        assertThat(views.pointer().path("view").asText()).isEqualTo(VIEW);
        assertThat(views.pointer().path("rows").asInt()).isEqualTo(1);
    }

    @Test
    void aViewThatSomebodyChangedIsNotServed() {
        store().commit(whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "p", "{}")),
                slice("userdb-b", 1, row("userdb-b", "p", "{}"))));
        views.raw()
                .delete(
                        views.current(),
                        views.documents(views.current()).get(1).path("_id").asText());
        ViewStore impatient = views.store(TestCouch.get()
                        .cluster()
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
                        .build())
                .build();
        opened.add(impatient);

        assertThatThrownBy(() -> impatient.read(VIEW, 0))
                .isInstanceOf(ViewStoreException.class)
                .hasMessageContaining(VIEW)
                .hasMessageContaining(views.current());
    }

    @Test
    void aDroppedViewLeavesNoDatabase() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1)));
        store.commit(whole(VIEW, 1, slice("userdb-a", 1)));

        store.drop(VIEW);

        assertThat(views.builds()).isEmpty();
    }

    @Test
    void aCommitUnderWayWhileTheViewIsDroppedAndMadeAgainIsLost() {
        ViewStore slow = store();
        ViewStore other = store();
        slow.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "old", "{}"))));
        other.drop(VIEW);
        other.commit(whole(VIEW, 0, slice("userdb-b", 1, row("userdb-b", "new", "{}"))));

        assertThat(slow.commit(delta(VIEW, 1, put("userdb-a", 2)))).isFalse();

        assertThat(slow.read(VIEW, 1).orElseThrow().whole()).isTrue();
        assertThat(read(slow).rows()).containsOnlyKeys("userdb-b");
    }

    @Test
    void aCommitThatSkipsAGenerationIsRefused() {
        ViewDelta skipping = new ViewDelta(VIEW, 0, true, Views.head(2), List.of(), Set.of());

        assertThatThrownBy(() -> store().commit(skipping)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStoreThatIsClosedEndsWhatItWaitsFor() throws Exception {
        CouchViewStore store = store();
        store.commit(whole(VIEW, 0));
        proxy.on("_all_docs", FaultProxy.Fault.hang());
        Thread reader = new Thread(() -> assertThatThrownBy(() -> store.read(VIEW, 0))
                .isInstanceOf(ViewStoreException.class)
                .hasMessageContaining("closed"));
        reader.start();
        await().until(() -> proxy.count("_all_docs") > 0);

        store.close();

        reader.join(10_000);
        assertThat(reader.isAlive()).isFalse();
    }

    @Nested
    class UnderFeeds {

        private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
                .selector("{\"type\":\"post\"}")
                .fields("_id", "content")
                .interval(Duration.ofHours(1))
                .build();

        private GlobalFeeds feeds(InMemoryDatabases sources) {
            GlobalFeeds feeds = opened.add(GlobalFeeds.builder()
                    .registry(FeedRegistry.of(POSTS))
                    .aggregator(sources)
                    .viewStore(store())
                    .build());
            feeds.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> feeds.status("posts").nextRefresh() != null
                            || feeds.status("posts").progress() != null);
            return feeds;
        }

        private static InMemoryDatabases sources() {
            InMemoryDatabases sources = new InMemoryDatabases();
            for (int user = 0; user < 20; user++) {
                for (int post = 0; post < 5; post++) {
                    write(sources, user, post, "first");
                }
            }
            return sources;
        }

        private static void write(InMemoryDatabases sources, int user, int post, String content) {
            sources.put(
                    "userdb-" + user, "{\"_id\":\"p" + post + "\",\"type\":\"post\",\"content\":\"" + content + "\"}");
        }

        private static RefreshResult refresh(GlobalFeeds feeds) throws Exception {
            return feeds.refresh("posts").get(60, TimeUnit.SECONDS);
        }

        @Test
        void aRestartServesTheLastGenerationAndGoesOnFromIt() throws Exception {
            InMemoryDatabases sources = sources();
            GlobalFeeds before = feeds(sources);
            refresh(before);
            before.close();
            write(sources, 3, 1, "second");

            GlobalFeeds after = feeds(sources);
            assertThat(after.query("posts", Query.all()).view().generation()).isEqualTo(1);
            RefreshResult refreshed = refresh(after);

            assertThat(refreshed.generation()).isEqualTo(2);
            assertThat(refreshed.moved()).isEqualTo(1);
            assertThat(refreshed.rows()).isEqualTo(100);
        }

        @Test
        void whatIsWrittenDependsOnWhatChanges() throws Exception {
            InMemoryDatabases sources = sources();
            GlobalFeeds feeds = feeds(sources);
            refresh(feeds);
            long before = views.writes(views.current());
            proxy.forget();
            write(sources, 3, 1, "second");
            sources.delete("userdb-4", "p0");

            refresh(feeds);

            // A slice with its new row, a slice without one, and the note of that.
            assertThat(views.writes(views.current()) - before).isEqualTo(3);
            assertThat(proxy.count("_bulk_docs")).isEqualTo(1);
            assertThat(proxy.count("^PUT ")).isEqualTo(2);
            assertThat(proxy.count("_all_docs")).isZero();
        }

        @Test
        void nothingIsWrittenWhenNothingMoved() throws Exception {
            GlobalFeeds feeds = feeds(sources());
            refresh(feeds);
            proxy.forget();

            assertThat(refresh(feeds).changed()).isFalse();

            assertThat(proxy.count("^(PUT|POST|DELETE) ")).isZero();
        }

        @Test
        void aViewWhoseDatabaseSomebodyDeletedIsBuiltAnew() throws Exception {
            InMemoryDatabases sources = sources();
            refresh(feeds(sources));
            views.raw().drop(views.current());
            assertThat(store().read(VIEW, 0)).isEmpty();

            assertThat(refresh(feeds(sources)).rows()).isEqualTo(100);

            assertThat(read(store()).rows()).hasSize(20);
        }
    }
}
