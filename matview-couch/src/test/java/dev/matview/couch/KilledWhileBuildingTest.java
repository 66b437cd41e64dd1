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
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
            runAndKill();
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

    private void runAndKill() throws IOException, InterruptedException {
        URI url = TestCouch.get().url();
        String credentials = TestCouch.get().user().isEmpty()
                ? ""
                : TestCouch.get().user() + ":" + TestCouch.get().password() + "@";
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        StagingProcess.class.getName(),
                        views.prefix())
                .redirectError(new File("target/killed-build.log"));
        builder.environment().put("COUCHDB_URL", url.getScheme() + "://" + credentials + url.getAuthority());
        Path out = Files.createTempFile(Path.of("target"), "killed-build", ".out");
        Process process = builder.redirectOutput(out.toFile()).start();
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> !process.isAlive() || Files.size(out) > 0);
            boolean ended = process.waitFor(random.nextInt(1_500), TimeUnit.MILLISECONDS);
            assertThat(ended).as("ended by itself, see target/killed-build.log").isFalse();
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(out);
        }
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
