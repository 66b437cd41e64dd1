package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.Seed;
import dev.matview.testkit.ViewModel;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kills a process that builds a view in portions, at random instants. {@code -Dmatview.kills=50} kills as often as that
 * instead of 5 times; another {@link Seed} draws other instants.
 */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class KilledWhileBuildingTest {

    private static final int KILLS = Integer.getInteger("matview.kills", 5);

    private final StoredViews views = new StoredViews();
    private final CouchCluster cluster = TestCouch.get().cluster().build();
    private final KilledProcess process = new KilledProcess(StagingProcess.class);
    private final Random random = Seed.random();
    private int resumed;

    @AfterEach
    void close() {
        cluster.close();
        views.close();
    }

    @Tag("slow")
    @Test
    void aKilledBuildLeavesTheOldGenerationAndWholePortionsOfTheNext() throws Exception {
        System.out.println("killing " + KILLS + " times, -Dmatview.seed=" + Seed.value());
        for (int kill = 0; kill < KILLS; kill++) {
            process.run(written -> !written.isEmpty(), random.nextInt(1_500), views.prefix());
            try (CouchViewStore store = RefreshingProcess.store(cluster, views.prefix())) {
                long generation =
                        store.head(StoredViews.VIEW).map(ViewHead::generation).orElse(0L);
                requireWhole(store, generation);
                requirePortions(store, generation);
                assertThat(StagingProcess.build(store)).isEqualTo(generation + 1);
                requireWhole(store, generation + 1);
            }
            try (CouchViewStore store = RefreshingProcess.store(cluster, views.prefix())) {
                requireWhole(store, store.head(StoredViews.VIEW).orElseThrow().generation());
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(views.builds()).containsExactly(views.current()));
            }
        }
        System.out.println(resumed + " of " + KILLS + " kills with portions aside");
        assertThat(resumed).as("builds that went on where they were").isPositive();
    }

    private static void requireWhole(CouchViewStore store, long generation) {
        ViewDelta held = store.read(StoredViews.VIEW, 0).orElseThrow();
        assertThat(held.head().generation()).isEqualTo(generation);
        ViewModel.of(held).assertSameAs(ViewModel.of(StagingProcess.first(generation, StagingProcess.PORTIONS)));
    }

    /** What is aside are all rows of some portions, from the first, and nothing else. */
    private void requirePortions(CouchViewStore store, long generation) {
        ViewStage stage = store.stage(StoredViews.VIEW, generation, StagingProcess.fingerprint(generation + 1))
                .orElseThrow();
        if (stage.head().isEmpty()) {
            return;
        }
        resumed++;
        ViewDelta aside = stage.read();
        int portions =
                aside.slices().size() * StagingProcess.PORTIONS / aside.head().databases();
        ViewModel.of(aside).assertSameAs(ViewModel.of(StagingProcess.first(generation + 1, portions)));
    }
}
