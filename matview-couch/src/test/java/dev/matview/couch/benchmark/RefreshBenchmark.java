package dev.matview.couch.benchmark;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchViewStore;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What refreshes cost on a CouchDB that holds user databases and the view, next to a bare loop that reads the same
 * databases with the same requests over as many connections and throws the answers away; and how soon a continuous feed
 * follows a write. Arguments: number of databases (2000), documents in each (50), rounds (3). It uses the CouchDB that
 * tests use.
 */
public final class RefreshBenchmark {

    private static final int CONNECTIONS = 8;
    private static final int CHANGED = 20;
    private static final RawCouch RAW = TestCouch.get().raw();

    private final TestDatabases made;
    private final List<String> names;
    private final List<Double> bare = new ArrayList<>();
    private final List<Double> full = new ArrayList<>();
    private final List<Double> some = new ArrayList<>();
    private final List<Double> someLater = new ArrayList<>();
    private final List<Double> nothing = new ArrayList<>();
    private final List<Double> latency = new ArrayList<>();
    private int written;

    private RefreshBenchmark(TestDatabases made, List<String> names) {
        this.made = made;
        this.names = names;
    }

    public static void main(String[] arguments) throws Exception {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        int databases = numbers.length > 0 ? numbers[0] : 2_000;
        int documents = numbers.length > 1 ? numbers[1] : 50;
        int rounds = numbers.length > 2 ? numbers[2] : 3;
        try (TestDatabases made = TestCouch.get().databases()) {
            RefreshBenchmark benchmark =
                    new RefreshBenchmark(made, AggregateBenchmark.fill(made, databases, documents));
            for (int round = 0; round < rounds; round++) {
                benchmark.round(round);
            }
            benchmark.report();
        }
    }

    private void round(int round) throws Exception {
        bare.add(AggregateBenchmark.timed(() -> AggregateBenchmark.bareLoop(made.prefix(), names)));
        String view = made.prefix() + "view" + round;
        try {
            refreshes(FeedDefinition.builder("posts").viewName(view).interval(Duration.ofDays(1)), true);
            refreshes(
                    FeedDefinition.builder("posts").viewName(view).refresh(Refresh.continuous(Duration.ofDays(1))),
                    false);
        } finally {
            RAW.names("matview-" + view).forEach(RAW::drop);
        }
    }

    private void refreshes(FeedDefinition.Builder builder, boolean first) throws Exception {
        FeedDefinition feed = builder.selector("{\"type\":\"post\"}")
                .fields("_id", "content", "author", "createdAt")
                .sort("[{\"createdAt\":\"desc\"}]")
                .databases(made.pattern())
                .build();
        try (CouchCluster cluster =
                        TestCouch.get().cluster().requestsInFlight(CONNECTIONS).build();
                CouchAggregator aggregator = CouchAggregator.of(cluster);
                CouchViewStore store = CouchViewStore.of(cluster);
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(feed))
                        .aggregator(aggregator)
                        .viewStore(store)
                        .build()) {
            if (first) {
                full.add(AggregateBenchmark.timed(() -> firstGeneration(feeds)));
                change();
                some.add(AggregateBenchmark.timed(() -> refresh(feeds, CHANGED)));
                change();
                Thread.sleep(1_000);
                someLater.add(AggregateBenchmark.timed(() -> refresh(feeds, CHANGED)));
                for (int i = 0; i < 5; i++) {
                    Thread.sleep(1_000);
                    nothing.add(AggregateBenchmark.timed(() -> refresh(feeds, 0)));
                }
            } else {
                feeds.start();
                follow(feeds);
            }
        }
    }

    private void change() {
        for (int i = 0; i < CHANGED; i++) {
            write(i * (names.size() / CHANGED));
        }
    }

    private static Void firstGeneration(GlobalFeeds feeds) throws InterruptedException {
        BlockingQueue<Page> pages = new LinkedBlockingQueue<>();
        feeds.start();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), pages::add)) {
            pages.take();
        }
        return null;
    }

    private static Void refresh(GlobalFeeds feeds, int expected) {
        RefreshResult result = feeds.refresh("posts").join();
        if (result.moved() != expected || result.behindCount() > 0 || result.changed() != (expected > 0)) {
            throw new IllegalStateException("not the refresh that was expected: " + result);
        }
        return null;
    }

    private void follow(GlobalFeeds feeds) throws InterruptedException {
        BlockingQueue<Page> pages = new LinkedBlockingQueue<>();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), pages::add)) {
            pages.take();
            for (int i = 0; i < 10; i++) {
                Thread.sleep(1_500);
                pages.clear();
                long began = System.nanoTime();
                write(i * 7 % names.size());
                if (pages.poll(60, TimeUnit.SECONDS) == null) {
                    throw new IllegalStateException("the feed did not follow");
                }
                latency.add(AggregateBenchmark.since(began));
            }
        }
    }

    /** A post that is newer than all others. */
    private void write(int database) {
        written++;
        RAW.put(
                names.get(database),
                "new-" + System.nanoTime(),
                "{\"type\":\"post\",\"content\":\"new\",\"createdAt\":\"2027-%07d\"}".formatted(written));
    }

    private void report() {
        System.out.println("Medians are of the rounds after the first, in which the JVM is cold.");
        System.out.printf("bare loop             %s s%n", bare);
        System.out.printf(
                "first full refresh    %s s = %.2f x bare loop; round by round %s%n",
                full, warm(full) / warm(bare), AggregateBenchmark.each(full, bare, 1, "x"));
        changed("just now", some);
        changed("1 s before", someLater);
        System.out.printf(
                "nothing changed       %s s = %.2f %% of it%n",
                nothing, 100 * AggregateBenchmark.median(nothing) / warm(full));
        System.out.printf(
                "continuous: a write is in the feed after %s s, %.2f s at most%n",
                latency, latency.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
    }

    private void changed(String when, List<Double> seconds) {
        System.out.printf(
                "%d changed %-10s %s s = %.1f %% of it; round by round %s%n",
                CHANGED,
                when,
                seconds,
                100 * warm(seconds) / warm(full),
                AggregateBenchmark.each(seconds, full, 100, "%"));
    }

    private static double warm(List<Double> rounds) {
        return AggregateBenchmark.median(rounds.size() > 1 ? rounds.subList(1, rounds.size()) : rounds);
    }
}
