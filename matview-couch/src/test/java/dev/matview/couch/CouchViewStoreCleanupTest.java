package dev.matview.couch;

import static dev.matview.couch.StoredViews.VIEW;
import static dev.matview.couch.StoredViews.read;
import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.dropping;
import static dev.matview.testkit.Views.position;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.remove;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.ViewModel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is dead leaves the databases, and nothing else does. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreCleanupTest {

    private static final Duration GRACE = Duration.ofSeconds(60);

    private final StoredViews views = new StoredViews();
    private final ManualScheduler time = new ManualScheduler();
    private final CouchCluster cluster = TestCouch.get()
            .cluster()
            .requestsInFlight(16)
            .socketTimeout(Duration.ofSeconds(15))
            .build();
    private final FaultProxy proxy = new FaultProxy(TestCouch.get().url());
    private final CouchCluster fragile =
            TestCouch.get().cluster(proxy.url()).attempts(1).build();
    private final CouchViewStore store = views.store(cluster).scheduler(time).build();

    @AfterEach
    void close() {
        store.close();
        cluster.close();
        fragile.close();
        proxy.close();
        views.close();
    }

    /** Lets grace periods pass, one after the other, until the databases are as they should be. */
    private void afterGrace(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            time.advance(GRACE);
            assertion.run();
        });
    }

    private List<JsonNode> documents() {
        return views.documents(views.current());
    }

    private String all() {
        return documents().toString();
    }

    private void commit(ViewDelta delta) {
        assertThat(store.commit(delta)).isTrue();
    }

    @Test
    void theDeadStayForReadersUntilTheGracePeriodIsOver() {
        commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{\"n\":\"old\"}"))));
        commit(delta(VIEW, 1, put("userdb-a", 2, row("userdb-a", "p", "{\"n\":\"new\"}"))));

        time.advance(GRACE.minusSeconds(1));

        assertThat(all()).contains("old", "new");
    }

    @Test
    void aSupersededRowLeavesAndItsNeighboursStay() {
        ViewDelta first = whole(
                VIEW,
                0,
                slice(
                        "userdb-a",
                        1,
                        row("userdb-a", "p", "{\"n\":\"old\"}"),
                        row("userdb-a", "q", "{\"n\":\"neighbour\"}")));
        ViewDelta second = delta(VIEW, 1, put("userdb-a", 2, row("userdb-a", "p", "{\"n\":\"new\"}")));
        commit(first);
        commit(second);

        afterGrace(() -> assertThat(all()).doesNotContain("old").contains("new", "neighbour"));

        ViewStore fresh = views.store(cluster).build();
        read(fresh).assertSameAs(ViewModel.of(first).apply(second));
        fresh.close();
    }

    @Test
    void removedRowsAndDroppedSlicesLeave() {
        ViewDelta first = whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "p", "{\"n\":\"removed\"}"), row("userdb-a", "q", "{}")),
                slice("userdb-b", 1, row("userdb-b", "p", "{\"n\":\"dropped\"}")));
        ViewDelta second = dropping(VIEW, 1, Set.of("userdb-b"), remove("userdb-a", 2, "p"));
        commit(first);
        commit(second);

        afterGrace(() -> assertThat(all()).doesNotContain("\"removed\"}", "\"dropped\"}"));

        read(store).assertSameAs(ViewModel.of(first).apply(second));
    }

    @Test
    void aSliceThatChangesAgainAndAgainKeepsOneDocument() {
        commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        for (long base = 1; base <= 20; base++) {
            commit(delta(VIEW, base, put("userdb-a", base, row("userdb-a", "p", "{\"n\":" + base + "}"))));
        }

        afterGrace(() -> assertThat(documents()).hasSize(1));
    }

    @Test
    void whatACrashedProcessLeftIsFoundByTheNext() {
        CouchViewStore crashed =
                views.store(cluster).scheduler(new ManualScheduler()).build();
        crashed.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{\"n\":\"old\"}"))));
        crashed.commit(delta(VIEW, 1, put("userdb-a", 2, row("userdb-a", "p", "{\"n\":\"new\"}"))));
        crashed.close();

        read(store);

        afterGrace(() -> assertThat(all()).doesNotContain("old").contains("new"));
    }

    @Test
    void whatAttemptsWroteThatDiedOrLostLeaves() {
        commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        proxy.on("PUT /[^/]*views/pointer", (it, exchange) -> {});
        CouchViewStore dying = views.store(fragile).build();
        assertThatThrownBy(() ->
                        dying.commit(delta(VIEW, 1, put("userdb-a", 9, row("userdb-a", "p", "{\"n\":\"orphan\"}")))))
                .isInstanceOf(ViewStoreException.class);
        dying.close();
        assertThat(all()).contains("orphan");

        commit(delta(VIEW, 1, put("userdb-b", 2)));

        assertThat(read(store).rows().get("userdb-a").values()).containsExactly(row("userdb-a", "p", "{}"));
        afterGrace(() -> assertThat(all()).doesNotContain("orphan"));
        assertThat(read(store).rows().get("userdb-a").values()).containsExactly(row("userdb-a", "p", "{}"));
    }

    @Test
    void databasesOfBuildsThatDiedAndOfEarlierGenerationsLeave() {
        proxy.on("PUT /[^/]*views/pointer", (it, exchange) -> {});
        CouchViewStore dying = views.store(fragile).build();
        assertThatThrownBy(() -> dying.commit(whole(VIEW, 0, slice("userdb-a", 1))))
                .isInstanceOf(ViewStoreException.class);
        dying.close();
        commit(whole(VIEW, 0, slice("userdb-a", 1)));
        commit(whole(VIEW, 1, slice("userdb-a", 2)));
        assertThat(views.builds()).hasSize(3);

        afterGrace(() -> assertThat(views.builds()).containsExactly(views.current()));
    }

    @Test
    void aBuildUnderWayIsLeftAlone() {
        commit(whole(VIEW, 0, slice("userdb-a", 1)));
        CouchViewStore building = views.store(fragile).build();
        proxy.on(
                "PUT /[^/]*views/pointer",
                FaultProxy.Fault.after(() -> {
                    read(store);
                    for (int i = 0; i < 3; i++) {
                        time.advance(GRACE);
                    }
                }),
                1);
        ViewDelta rebuilt = whole(VIEW, 1, slice("userdb-b", 1, row("userdb-b", "p", "{}")));

        assertThat(building.commit(rebuilt)).isTrue();

        read(store).assertSameAs(ViewModel.of(rebuilt));
        afterGrace(() -> assertThat(views.builds()).containsExactly(views.current()));
        building.close();
    }

    @Test
    void aViewThatIsMostlyDeadIsRebuiltWhileReadersReadAndCommitsGoOn() throws Exception {
        CouchViewStore quick = views.store(cluster)
                .cleanupGrace(Duration.ofMillis(300))
                .rebuildBeyond(1, 10)
                .build();
        quick.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "stays", "{}"))));
        String firstDatabase = views.current();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<Long>> readers =
                List.of(threads.submit(() -> readUntil(done)), threads.submit(() -> readUntil(done)));
        ViewModel model = read(quick);

        await().atMost(Duration.ofSeconds(120)).until(() -> {
            long base = model.generation();
            ViewDelta next = next(base);
            assertThat(quick.commit(next)).isTrue();
            model.apply(next);
            return !views.current().equals(firstDatabase) && !views.builds().contains(firstDatabase);
        });
        done.set(true);

        for (Future<Long> reader : readers) {
            assertThat(reader.get()).isPositive();
        }
        threads.shutdown();
        read(quick).assertSameAs(model);
        read(store).assertSameAs(model);
        quick.close();
    }

    /** Everything says the generation, and one row takes the place of another. */
    private static ViewDelta next(long base) {
        Row moving = row("userdb-b", "p" + base, stamp(base + 1));
        SliceDelta moved = new SliceDelta("userdb-b", position(base), List.of(moving), Set.of("p" + (base - 1)));
        return delta(VIEW, base, moved, put("userdb-c", base, row("userdb-c", "p", stamp(base + 1))));
    }

    private static String stamp(long generation) {
        return "{\"stamp\":" + generation + "}";
    }

    /** One copy is read whole each time, one is kept by deltas. */
    private long readUntil(AtomicBoolean done) {
        CouchViewStore reader = views.store(cluster).build();
        ViewModel kept = read(reader);
        long reads = 0;
        do {
            reader.read(VIEW, kept.generation()).ifPresent(kept::apply);
            requireOneStamp(kept);
            requireOneStamp(read(reader));
            reads++;
        } while (!done.get());
        reader.close();
        return reads;
    }

    private static void requireOneStamp(ViewModel view) {
        long generation = view.generation();
        if (generation > 1) {
            assertThat(view.rows().get("userdb-a")).containsOnlyKeys("stays");
            assertThat(view.rows().get("userdb-b").values())
                    .containsExactly(row("userdb-b", "p" + (generation - 1), stamp(generation)));
            assertThat(view.rows().get("userdb-c").values()).containsExactly(row("userdb-c", "p", stamp(generation)));
        }
    }
}
