package dev.matview.couch;

import static dev.matview.couch.StoredViews.VIEW;
import static dev.matview.couch.StoredViews.read;
import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.head;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Opened;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.ViewModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is put aside of a build in CouchDB: what becomes of it when processes die, meet, or never come back. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreStagingTest {

    private static final Duration GRACE = Duration.ofSeconds(60);

    private final StoredViews views = new StoredViews();
    private final ManualScheduler time = new ManualScheduler();
    private final CouchCluster cluster = TestCouch.get().cluster().build();
    private final FaultProxy proxy = new FaultProxy(TestCouch.get().url());
    private final CouchCluster fragile =
            TestCouch.get().cluster(proxy.url()).attempts(1).build();
    private final Opened opened = new Opened();

    @AfterEach
    void close() {
        opened.close();
        cluster.close();
        fragile.close();
        proxy.close();
        views.close();
    }

    private CouchViewStore store() {
        return opened.add(views.store(cluster).scheduler(time).build());
    }

    private CouchViewStore fragile() {
        return opened.add(views.store(fragile).scheduler(time).build());
    }

    private static ViewStage stage(ViewStore store, long base) {
        return store.stage(VIEW, base, head(base + 1).fingerprint()).orElseThrow();
    }

    private static ViewDelta more(long base, SliceDelta... slices) {
        return new ViewDelta(VIEW, base, true, head(base + 1), List.of(slices), Set.of());
    }

    private static SliceDelta portion(int database, String says) {
        String name = "userdb-" + database;
        return put(name, 1, row(name, "p", "{\"says\":\"" + says + "\"}"));
    }

    private void afterGrace(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            time.advance(GRACE);
            assertion.run();
        });
    }

    private JsonNode document() {
        return views.raw().get(views.prefix() + "views", "stage/" + VIEW);
    }

    private boolean isThere() {
        String path = views.raw().path(views.prefix() + "views", "stage/" + VIEW);
        return views.raw().send("GET", path, null).statusCode() == 200;
    }

    @Test
    void aPortionThatWasCutShortIsNoPartOfIt() {
        stage(store(), 0).add(more(0, portion(1, "first")));
        ViewStage dying = stage(fragile(), 0);
        proxy.on("PUT /[^/]*views/stage", (it, exchange) -> {});
        assertThatThrownBy(() -> dying.add(more(0, portion(1, "orphan"), portion(2, "orphan"))))
                .isInstanceOf(ViewStoreException.class);
        assertThat(views.documents(views.builds().get(0)).toString()).contains("orphan");

        CouchViewStore store = store();
        ViewStage next = stage(store, 0);
        ViewModel.of(next.read()).assertSameAs(ViewModel.of(more(0, portion(1, "first"))));
        next.add(more(0, portion(3, "second")));
        assertThat(next.commit(more(0, portion(4, "rest")))).isTrue();

        ViewModel all = ViewModel.of(more(0, portion(1, "first"), portion(3, "second"), portion(4, "rest")));
        read(store).assertSameAs(all);
        read(store()).assertSameAs(all);
        assertThat(views.builds()).containsExactly(views.current());
        afterGrace(() -> assertThat(views.documents(views.current()).toString())
                .doesNotContain("orphan")
                .contains("first", "second", "rest"));
        read(store()).assertSameAs(all);
    }

    @Test
    void aPortionWhoseAnswerIsLostIsAside() {
        CouchCluster patient = TestCouch.get().cluster(proxy.url()).build();
        try (ViewStore store = views.store(patient).build()) {
            ViewStage stage = stage(store, 0);
            proxy.on("PUT /[^/]*views/stage", FaultProxy.Fault.cut(0), 1);

            assertThat(stage.add(more(0, portion(1, "first")))).isTrue();
            assertThat(stage.add(more(0, portion(2, "second")))).isTrue();
            assertThat(stage.commit(more(0))).isTrue();
        } finally {
            patient.close();
        }
        read(store()).assertSameAs(ViewModel.of(more(0, portion(1, "first"), portion(2, "second"))));
    }

    @Test
    void whatIsAsideIsNotWrittenAgainByTheCommit() {
        ViewStage stage = stage(store(), 0);
        for (int i = 0; i < 10; i++) {
            stage.add(more(0, portion(i, "aside")));
        }
        long before = views.writes(views.builds().get(0));

        assertThat(stage.commit(more(0, portion(10, "rest")))).isTrue();

        assertThat(views.builds()).hasSize(1);
        assertThat(views.writes(views.current())).isEqualTo(before + 1);
        assertThat(isThere()).as("it is over").isFalse();
    }

    @Test
    void aYoungStageIsLeftAlone() {
        CouchViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-1", 1)));
        stage(store, 1).add(more(1, portion(1, "aside")));
        read(store());

        for (int i = 0; i < 3; i++) {
            time.advance(GRACE);
            store.commit(whole("_global_other", i, slice("userdb-1", 1)));
        }

        assertThat(views.builds()).hasSize(2);
        assertThat(stage(store(), 1).commit(more(1, portion(2, "rest")))).isTrue();
        afterGrace(() -> assertThat(views.builds()).containsExactly(views.current()));
        read(store()).assertSameAs(ViewModel.of(more(1, portion(1, "aside"), portion(2, "rest"))));
    }

    @Test
    void aStageThatNobodyHasGoneOnWithForLongIsDeleted() {
        CouchViewStore store = store();
        ViewDelta first = whole(VIEW, 0, slice("userdb-1", 1));
        store.commit(first);
        ViewStage stage = stage(store, 1);
        stage.add(more(1, portion(1, "aside")));
        touchedLongAgo();

        read(store());

        afterGrace(() -> assertThat(views.builds()).containsExactly(views.current()));
        assertThat(isThere()).isFalse();
        assertThat(stage.add(more(1, portion(2, "late")))).isFalse();
        assertThat(stage.commit(more(1))).isFalse();
        read(store()).assertSameAs(ViewModel.of(first));
        ViewDelta second = delta(VIEW, 1, portion(3, "next"));
        assertThat(store.commit(second)).isTrue();
        read(store()).assertSameAs(ViewModel.of(first).apply(second));
    }

    private void touchedLongAgo() {
        ObjectNode document = document().deepCopy();
        document.put("touchedAt", Instant.now().minus(Duration.ofHours(25)).toString());
        views.raw().put(views.prefix() + "views", "stage/" + VIEW, document.toString());
    }

    /** Its feed was removed before it had a generation: no process ever opens it again. */
    @Test
    void theStageOfAViewThatNobodyOpensIsDeletedByWhoeverSweeps() {
        stage(store(), 0).add(more(0, portion(1, "aside")));
        touchedLongAgo();
        CouchViewStore other = store();
        assertThat(other.commit(whole("_global_other", 0, slice("userdb-1", 1))))
                .isTrue();

        assertThat(store().read("_global_other", 0)).isPresent();

        afterGrace(() -> assertThat(isThere()).isFalse());
        afterGrace(() -> assertThat(views.builds()).isEmpty());
        assertThat(store().read("_global_other", 0)).as("it stays").isPresent();
    }

    @Test
    void whatAnotherDefinitionPutAsideIsDeleted() {
        CouchViewStore store = store();
        stage(store, 0).add(more(0, portion(1, "aside")));
        String aside = views.builds().get(0);

        ViewStage other = store.stage(VIEW, 0, "another").orElseThrow();
        other.add(more(0, portion(1, "other")));

        afterGrace(() -> assertThat(views.builds()).hasSize(1).doesNotContain(aside));
        assertThat(other.commit(more(0))).isTrue();
        read(store()).assertSameAs(ViewModel.of(more(0, portion(1, "other"))));
    }

    @Test
    void aCommitThatIsUnderWayWhileAnotherDefinitionForgetsItIsLost() {
        CouchViewStore store = store();
        ViewDelta first = whole(VIEW, 0, slice("userdb-1", 1));
        store.commit(first);
        ViewStage stage = stage(fragile(), 1);
        stage.add(more(1, portion(1, "aside")));
        proxy.on(
                "PUT /[^/]*views/pointer",
                FaultProxy.Fault.after(() -> {
                    store.stage(VIEW, 1, "another").orElseThrow();
                    afterGrace(() -> assertThat(views.builds()).containsExactly(views.current()));
                }),
                1);

        assertThat(stage.commit(more(1, portion(2, "rest")))).isFalse();

        read(store()).assertSameAs(ViewModel.of(first));
        read(store).assertSameAs(ViewModel.of(first));
    }

    @Test
    void ofTwoCommitsOfOneStageOneWinsAndItsDatabaseStays() {
        ViewStage stage = stage(fragile(), 0);
        stage.add(more(0, portion(1, "aside")));
        CouchViewStore other = store();
        proxy.on(
                "PUT /[^/]*views/pointer",
                FaultProxy.Fault.after(() -> {
                    ViewStage taken = stage(other, 0);
                    taken.add(more(0, portion(2, "taken")));
                    assertThat(taken.commit(more(0, portion(3, "won")))).isTrue();
                }),
                1);

        assertThat(stage.commit(more(0, portion(3, "lost"), portion(4, "lost"))))
                .isFalse();

        ViewModel won = ViewModel.of(more(0, portion(1, "aside"), portion(2, "taken"), portion(3, "won")));
        read(other).assertSameAs(won);
        ViewDelta next = delta(VIEW, 1, portion(5, "next"));
        assertThat(other.commit(next)).isTrue();
        won.apply(next);
        afterGrace(() -> assertThat(views.documents(views.current()).toString()).doesNotContain("lost"));
        assertThat(views.builds()).containsExactly(views.current());
        read(store()).assertSameAs(won);
    }

    @Test
    void aDroppedViewLeavesNothing() {
        CouchViewStore store = store();
        stage(store, 0).add(more(0, portion(1, "aside")));

        store.drop(VIEW);

        assertThat(views.builds()).isEmpty();
        assertThat(isThere()).isFalse();
    }
}
