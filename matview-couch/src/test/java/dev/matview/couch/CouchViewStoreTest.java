package dev.matview.couch;

import static dev.matview.couch.StoredViews.VIEW;
import static dev.matview.couch.StoredViews.read;
import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.remove;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.access.Acl;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Opened;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ViewModel;
import dev.matview.testkit.Views;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .fields("_id", "content")
            .interval(Duration.ofHours(1))
            .build();

    private final StoredViews views = new StoredViews();
    private final FaultProxy proxy = new FaultProxy(TestCouch.get().url());
    private final CouchCluster cluster = TestCouch.get().cluster(proxy.url()).build();
    private final Opened opened = new Opened();

    private CouchViewStore store() {
        return opened.add(views.store(cluster).build());
    }

    @AfterEach
    void close() {
        opened.close();
        cluster.close();
        proxy.close();
        views.close();
    }

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
        sources.put("userdb-" + user, "{\"_id\":\"p" + post + "\",\"type\":\"post\",\"content\":\"" + content + "\"}");
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
    void aSliceOfManyRowsAndRemovalsReadsBack() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            rows.add(row("userdb-a", "p" + i, "{\"n\":" + i + "}"));
        }
        Set<String> removed =
                Set.copyOf(rows.subList(0, 2_500).stream().map(Row::id).toList());
        ViewModel expected = ViewModel.of(whole(VIEW, 0, slice("userdb-a", 1, rows.toArray(Row[]::new))));
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, rows.toArray(Row[]::new))));
        store.commit(delta(VIEW, 1, remove("userdb-a", 2, removed.toArray(String[]::new))));

        read(store())
                .assertSameAs(expected.apply(delta(VIEW, 1, remove("userdb-a", 2, removed.toArray(String[]::new)))));
    }

    @Test
    void aLargeRowReadsBack() {
        String large = "{\"content\":\"" + "\u00e9x".repeat(1_700_000) + "\"}";
        Slice slice = slice(
                "userdb-a",
                1,
                row("userdb-a", "small", "{}"),
                row("userdb-a", "large/1", large),
                row("userdb-a", "z", "{}"));
        ViewStore store = store();

        store.commit(whole(VIEW, 0, slice));

        read(store()).assertSameAs(ViewModel.of(whole(VIEW, 0, slice)));
        assertThat(views.documents(views.current()))
                .anySatisfy(document -> assertThat(document.path("_attachments").has("row.json"))
                        .isTrue());
    }

    @Test
    void rowsWithLongAclsFitIntoDocumentsThatCouchDbTakes() {
        Row[] rows = IntStream.range(0, 40)
                .mapToObj(i -> new Row("userdb-a", "p" + i, new byte[] {1}, "{}".getBytes(UTF_8), readers(i, 20_000)))
                .toArray(Row[]::new);
        Row huge = new Row("userdb-b", "p", new byte[] {1}, "{}".getBytes(UTF_8), readers(40, 150_000));
        ViewDelta whole = whole(VIEW, 0, slice("userdb-a", 1, rows), slice("userdb-b", 1, huge));

        store().commit(whole);

        read(store()).assertSameAs(ViewModel.of(whole));
    }

    private static Acl readers(int salt, int count) {
        Set<String> dids =
                IntStream.range(0, count).mapToObj(i -> "did:" + salt + ":" + i).collect(Collectors.toSet());
        return new Acl(dids, Set.of(), Set.of(), Set.of());
    }

    @Test
    void aDeeplyNestedDocumentKeepsNobodyFromReadingTheView() {
        String deep = "{\"a\":".repeat(990) + "1" + "}".repeat(990);
        Slice slice = slice("userdb-a", 1, row("userdb-a", "deep", deep));

        store().commit(whole(VIEW, 0, slice));

        read(store()).assertSameAs(ViewModel.of(whole(VIEW, 0, slice)));
    }

    @Test
    void documentsReadBackToTheLetter() {
        List<String> delicate = List.of(
                "{\"n\":1.0}",
                "{\"n\":-0.0}",
                "{\"n\":1.0E10,\"m\":1e10}",
                "{\"n\":9007199254740993}",
                "{\"b\":1,\"1\":2}",
                "{\"__proto__\":1}",
                "{\"a\":0.1,\"b\":1.5}",
                "{ \"spaced\" : \"\\u00e9\" }");
        Row[] rows = delicate.stream()
                .map(json -> row("userdb-a", "p" + delicate.indexOf(json), json))
                .toArray(Row[]::new);

        store().commit(whole(VIEW, 0, slice("userdb-a", 1, rows)));

        read(store()).assertSameAs(ViewModel.of(whole(VIEW, 0, slice("userdb-a", 1, rows))));
    }

    @Test
    void referredDocumentsReadBackWithTheirRow() {
        byte[] document = "{\"author\":{\"did\":\"did:b\",\"ref\":\"profile\"}}".getBytes(StandardCharsets.UTF_8);
        byte[] profile = "{\"name\":\"B\",\"karma\":1.0}".getBytes(StandardCharsets.UTF_8);
        Row row = new Row(
                "userdb-a",
                "p",
                new byte[] {1},
                document,
                Acl.OPEN,
                List.of(
                        new Expansion("author", "did:b", "profile", profile, Acl.OWNER_ONLY),
                        new Expansion("editor", "did:c", "profile", null, null)));

        store().commit(whole(VIEW, 0, slice("userdb-a", 1, row)));

        assertThat(read(store()).rows().get("userdb-a").get("p")).isEqualTo(row);
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

    /** In one document, their names alone would be more than CouchDB takes. */
    @Test
    void manyRowsWithLongIdsCanLeaveAtOnce() {
        List<String> ids = IntStream.range(0, 1_000)
                .mapToObj(i -> String.format("%05d", i) + "x".repeat(9_000))
                .toList();
        Row[] rows = ids.stream().map(id -> Views.row("userdb-a", id, "{}")).toArray(Row[]::new);
        ViewStore store = store();
        assertThat(store.commit(Views.whole(VIEW, 0, Views.slice("userdb-a", 1, rows))))
                .isTrue();

        assertThat(store.commit(Views.delta(VIEW, 1, Views.remove("userdb-a", 2, ids.toArray(String[]::new)))))
                .isTrue();

        assertThat(ViewModel.of(store.read(VIEW, 0).orElseThrow()).rows().get("userdb-a"))
                .isEmpty();
    }
}
