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
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ViewModel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that break while a generation is committed, read or watched. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreFaultsTest {

    private static final String POINTER = "PUT /[^/]*views/pointer";
    private static final String BULK = "_bulk_docs";

    /** The connection breaks before CouchDB hears of the request. */
    private static final Fault UNHEARD = (proxy, exchange) -> {};

    /** CouchDB does what it is asked, and its answer is lost. */
    private static final Fault UNANSWERED = Fault.cut(0);

    private static final ViewDelta FIRST = whole(VIEW, 0, slices("{\"n\":1}"));

    private static final ViewDelta SECOND = delta(
            VIEW,
            1,
            put("userdb-0", 2, row("userdb-0", "p", "{\"n\":2}")),
            remove("userdb-1", 2, "p"),
            put("userdb-new", 1, row("userdb-new", "p", "{\"n\":2}")));

    private final StoredViews views = new StoredViews();
    private final FaultProxy proxy = new FaultProxy(TestCouch.get().url());
    private final CouchCluster cluster = TestCouch.get()
            .cluster(proxy.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
            .build();
    private final CouchViewStore store = views.store(cluster).build();
    private final CouchCluster sound = TestCouch.get().cluster().build();
    private final CouchViewStore other = views.store(sound).build();

    private static Slice[] slices(String json) {
        Slice[] slices = new Slice[10];
        for (int i = 0; i < slices.length; i++) {
            slices[i] = slice("userdb-" + i, 1, row("userdb-" + i, "p", json), row("userdb-" + i, "q", json));
        }
        return slices;
    }

    @BeforeEach
    void commitTheFirst() {
        assertThat(store.commit(FIRST)).isTrue();
    }

    @AfterEach
    void close() {
        store.close();
        other.close();
        cluster.close();
        sound.close();
        proxy.close();
        views.close();
    }

    private void assertSecondIsCurrent() {
        ViewModel expected = ViewModel.of(FIRST).apply(SECOND);
        read(store).assertSameAs(expected);
        read(other).assertSameAs(expected);
        assertThat(store.commit(SECOND)).as("the same again").isFalse();
    }

    @Test
    void aCommitWhosePointerIsNotHeardIsSentAgain() {
        proxy.on(POINTER, UNHEARD, 2);

        assertThat(store.commit(SECOND)).isTrue();

        assertSecondIsCurrent();
    }

    @Test
    void aCommitWhosePointerIsWrittenButNotAnsweredIsCommittedOnce() {
        proxy.on(POINTER, UNANSWERED, 2);

        assertThat(store.commit(SECOND)).isTrue();

        assertSecondIsCurrent();
    }

    @Test
    void aCommitWhosePointerIsWrittenButNeverAnsweredIsCommitted() {
        proxy.on(POINTER, UNANSWERED);

        assertThat(store.commit(SECOND)).isTrue();

        proxy.heal();
        assertSecondIsCurrent();
    }

    @Test
    void aRebuiltViewWhosePointerIsWrittenButNotAnsweredIsCommittedOnce() {
        ViewDelta rebuilt = whole(VIEW, 1, slices("{\"n\":9}"));
        proxy.on(POINTER, UNANSWERED, 1);

        assertThat(store.commit(rebuilt)).isTrue();

        read(other).assertSameAs(ViewModel.of(rebuilt));
        assertThat(store.commit(rebuilt)).isFalse();
    }

    @Test
    void aCommitKnowsItselfWhenAnotherFollowedBeforeItHeard() {
        ViewDelta third = delta(VIEW, 2, put("userdb-5", 3, row("userdb-5", "p", "{\"n\":3}")));
        proxy.on(
                POINTER,
                (it, exchange) -> {
                    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                    views.raw().json("PUT", exchange.getRequestURI().toString(), body);
                    assertThat(other.commit(third)).isTrue();
                },
                1);

        assertThat(store.commit(SECOND)).isTrue();

        ViewModel expected = ViewModel.of(FIRST).apply(SECOND).apply(third);
        read(store).assertSameAs(expected);
        read(other).assertSameAs(expected);
    }

    @Test
    void rowsThatAreWrittenButNotAnsweredAreNotDoubled() {
        proxy.on(BULK, UNANSWERED, 2);

        assertThat(store.commit(SECOND)).isTrue();

        assertSecondIsCurrent();
    }

    @Test
    void rowsOfWhichHalfIsWrittenAreCompleted() {
        proxy.on(
                BULK,
                (it, exchange) -> {
                    JsonNode body = new ObjectMapper().readTree(exchange.getRequestBody());
                    List<String> half = new ArrayList<>();
                    for (int i = 0; i < body.path("docs").size(); i += 2) {
                        half.add(body.path("docs").path(i).toString());
                    }
                    String database = exchange.getRequestURI().getPath().split("/")[1];
                    views.raw().bulk(database, half);
                },
                1);

        assertThat(store.commit(SECOND)).isTrue();

        assertSecondIsCurrent();
    }

    @Test
    void aDatabaseThatIsMadeButNotAnsweredIsUsed() {
        ViewDelta rebuilt = whole(VIEW, 1, slices("{\"n\":9}"));
        proxy.on("PUT /[^/]*-_global_posts-[0-9]+$", UNANSWERED, 1);
        proxy.on("PUT /[^/]*attempts", UNANSWERED, 1);

        assertThat(store.commit(rebuilt)).isTrue();

        read(other).assertSameAs(ViewModel.of(rebuilt));
    }

    @Test
    void aCommitIsNotKnownToHaveFailedWhenCouchDbIsAway() {
        proxy.on(POINTER, (it, exchange) -> {
            it.on("GET /[^/]*views/pointer", UNHEARD);
            UNANSWERED.happen(it, exchange);
        });
        assertThatThrownBy(() -> store.commit(SECOND))
                .isInstanceOf(ViewStoreException.class)
                .hasMessageContaining(VIEW);
        proxy.heal();

        assertSecondIsCurrent();
    }

    @Test
    void aCommitThatNeverArrivedLeavesTheGenerationAsItWas() {
        proxy.on(POINTER, UNHEARD);
        assertThatThrownBy(() -> store.commit(SECOND)).isInstanceOf(ViewStoreException.class);
        proxy.heal();

        read(store).assertSameAs(ViewModel.of(FIRST));
        read(other).assertSameAs(ViewModel.of(FIRST));
        assertThat(store.commit(SECOND)).isTrue();
        assertSecondIsCurrent();
    }

    @Test
    void rowsOfWhichSomeAreRefusedAreNotCommitted() {
        proxy.on(BULK, Fault.rewrite(answer -> answer.replaceFirst("\"rev\":\"[^\"]*\"", "\"error\":\"forbidden\"")));

        assertThatThrownBy(() -> store.commit(SECOND))
                .isInstanceOf(ViewStoreException.class)
                .hasMessageContaining("forbidden");

        read(other).assertSameAs(ViewModel.of(FIRST));
    }

    @Test
    void aReadThatBreaksOffIsReadAgain() {
        assertThat(store.commit(SECOND)).isTrue();
        proxy.on("_all_docs", Fault.cut(1_000), 2);
        CouchViewStore fresh = views.store(cluster).build();

        read(fresh).assertSameAs(ViewModel.of(FIRST).apply(SECOND));
        fresh.close();
    }

    @Test
    void aReaderThatIsOvertakenByACommitAndItsCleanupReadsAgain() {
        CouchViewStore fresh = views.store(cluster).build();
        proxy.on(
                "_all_docs",
                (it, exchange) -> {
                    assertThat(other.commit(SECOND)).isTrue();
                    // What the cleanup does, at the worst moment: a slice that is superseded goes.
                    views.documents(views.current()).stream()
                            .map(document -> document.path("_id").asText())
                            .filter(id -> id.matches("0*1/slice/userdb-1"))
                            .forEach(id -> trim(id));
                    Fault.after(() -> {}).happen(it, exchange);
                },
                1);

        ViewModel seen = read(fresh);

        seen.assertSameAs(ViewModel.of(FIRST).apply(SECOND));
        fresh.close();
    }

    /** Takes the superseded row and position out, as the cleanup does. */
    private void trim(String id) {
        ObjectNode document = (ObjectNode) views.raw().get(views.current(), id);
        document.remove("position");
        ((ArrayNode) document.path("rows")).remove(0);
        views.raw().put(views.current(), id, document.toString());
    }

    @Test
    void aWatcherHearsOfWhatWasCommittedWhileCouchDbWasAway() {
        List<Long> told = new CopyOnWriteArrayList<>();
        store.watch(VIEW, told::add);
        proxy.down();
        assertThat(other.commit(SECOND)).isTrue();
        proxy.up();

        await().atMost(Duration.ofSeconds(60)).until(() -> told.contains(2L));
        assertThat(told).doesNotContain(1L);
    }

    @Test
    void aWatcherThatCameWhileCouchDbWasAwayHearsTheCurrentGeneration() {
        proxy.down();
        List<Long> told = new CopyOnWriteArrayList<>();
        ViewStore late = views.store(cluster).build();
        late.watch(VIEW, told::add);
        proxy.up();

        await().atMost(Duration.ofSeconds(60)).until(() -> told.contains(1L));
        late.close();
    }
}
