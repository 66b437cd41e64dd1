package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.spi.ViewDelta;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.Seed;
import dev.matview.testkit.ViewModel;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kills a server, as {@code kill -9} does, at random instants of refreshes that change what every row says, and looks at
 * what it leaves. {@code -Dmatview.kills=50} kills as often as that instead of 7 times; another
 * {@link Seed} draws other instants.
 */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class KilledWhileRefreshingTest {

    private static final int KILLS = Integer.getInteger("matview.kills", 7);

    private final StoredViews views = new StoredViews();
    private final CouchCluster cluster = TestCouch.get().cluster().build();
    private final KilledProcess process = new KilledProcess(RefreshingProcess.class);
    private final Random random = Seed.random();
    private int attemptsThatDied;

    @AfterEach
    void close() {
        cluster.close();
        views.close();
    }

    @Tag("slow")
    @Test
    void aKilledServerLeavesOneWholeGenerationAndTheNextRefreshConverges() throws Exception {
        System.out.println("killing " + KILLS + " times, -Dmatview.seed=" + Seed.value());
        int stamp = 1;
        for (int kill = 0; kill < KILLS; kill++) {
            int last = runAndKill(stamp, kill % 3 == 0);
            attemptsThatDied +=
                    views.attempts() > views.pointer().path("attempt").asLong() ? 1 : 0;
            int survived = survivor(stamp, last);
            stamp = Math.max(survived, last) + 1;
            converge(stamp);
            stamp++;
        }
        System.out.println(attemptsThatDied + " of " + KILLS + " kills between the first write and the commit");
        assertThat(views.builds()).as("databases of builds that died").hasSizeLessThan(KILLS + 5);
    }

    /** Gives the last stamp that the process said was refreshed; 0 for none. */
    private int runAndKill(int stamp, boolean early) throws IOException, InterruptedException {
        // Refreshes follow each other without a pause, so that any instant is in one of them.
        String written = process.run(
                sofar -> early || lastStamp(sofar) > 0,
                random.nextInt(early ? 4_000 : 1_500),
                views.prefix(),
                Integer.toString(stamp));
        return lastStamp(written);
    }

    private static int lastStamp(String written) {
        String[] lines = written.substring(0, written.lastIndexOf('\n') + 1).split("\n");
        return lines[lines.length - 1].isEmpty() ? 0 : Integer.parseInt(lines[lines.length - 1]);
    }

    /** What another process finds: a generation that is whole, and none that is older than what was reported. */
    private int survivor(int first, int last) {
        try (CouchViewStore store = RefreshingProcess.store(cluster, views.prefix())) {
            Optional<ViewDelta> left = store.read(StoredViews.VIEW, 0);
            if (left.isEmpty()) {
                assertThat(last).isZero();
                return first - 1;
            }
            ViewModel view = ViewModel.of(left.get());
            int stamp = requireOneStamp(view);
            assertThat(stamp).isGreaterThanOrEqualTo(last);
            return stamp;
        }
    }

    private static int requireOneStamp(ViewModel view) {
        Set<String> documents = view.rows().values().stream()
                .flatMap(rows -> rows.values().stream())
                .map(RefreshingProcess::document)
                .collect(Collectors.toSet());
        assertThat(documents).as("what rows say").hasSize(1);
        int stamp = Integer.parseInt(documents.iterator().next().replaceAll("[^0-9]", ""));
        assertThat(RefreshingProcess.rows(view))
                .as("rows of stamp %s", stamp)
                .isEqualTo(RefreshingProcess.expected(stamp));
        assertThat(view.positions().keySet())
                .isEqualTo(RefreshingProcess.expected(stamp).keySet());
        return stamp;
    }

    private void converge(int stamp) throws Exception {
        InMemoryDatabases sources = new InMemoryDatabases();
        RefreshingProcess.write(sources, stamp);
        try (CouchViewStore store = RefreshingProcess.store(cluster, views.prefix());
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(new InMemoryFeedRegistry(RefreshingProcess.feed(stamp)))
                        .aggregator(sources)
                        .viewStore(store)
                        .build()) {
            feeds.start();
            feeds.refresh("posts").get(60, TimeUnit.SECONDS);
        }
        try (CouchViewStore store = RefreshingProcess.store(cluster, views.prefix())) {
            assertThat(requireOneStamp(StoredViews.read(store))).isEqualTo(stamp);
        }
    }
}
