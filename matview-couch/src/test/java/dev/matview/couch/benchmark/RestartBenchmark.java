package dev.matview.couch.benchmark;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.testkit.DelegatingViewStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How soon a write is in a continuous feed that comes right after a start, with many user databases of which the view is
 * held: where the view says how far it is true, and where it does not, and every database is looked at first. Arguments:
 * databases (10000), documents in each (2), rounds (3). It uses the CouchDB that tests use; the view is in memory.
 */
public final class RestartBenchmark {

    private static final RawCouch RAW = TestCouch.get().raw();

    private final TestDatabases databases;
    private final List<String> names;
    private int written;

    private RestartBenchmark(TestDatabases databases, List<String> names) {
        this.databases = databases;
        this.names = names;
    }

    public static void main(String[] arguments) throws Exception {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int documents = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        try (TestDatabases made = TestCouch.get().databases()) {
            RestartBenchmark benchmark = new RestartBenchmark(made, FilledDatabases.fill(made, count, documents));
            ViewStore store = new InMemoryViewStore();
            benchmark.measure("going on from where the view is true", store, rounds);
            benchmark.measure("looking at every database first", new Forgetful(new InMemoryViewStore()), rounds);
        }
    }

    private void measure(String what, ViewStore store, int rounds) throws InterruptedException {
        first(store);
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            seconds.add(writeAfterStart(store));
        }
        System.out.printf(
                "a write after a start, %s: median %.2f s of %s%n", what, FilledDatabases.median(seconds), seconds);
    }

    private void first(ViewStore store) throws InterruptedException {
        try (CouchCluster cluster = TestCouch.get().cluster().build();
                CouchAggregator aggregator = CouchAggregator.of(cluster);
                GlobalFeeds feeds = feeds(aggregator, store)) {
            feeds.start();
            feeds.refresh("posts").join();
            // What was written right before the first visit is told to the next.
            write();
            feeds.refresh("posts").join();
        }
    }

    private double writeAfterStart(ViewStore store) throws InterruptedException {
        try (CouchCluster cluster = TestCouch.get().cluster().build();
                CouchAggregator aggregator = CouchAggregator.of(cluster);
                GlobalFeeds feeds = feeds(aggregator, store)) {
            long began = System.nanoTime();
            feeds.start();
            String id = write();
            CountDownLatch seen = new CountDownLatch(1);
            try (Subscription subscription = feeds.subscribe("posts", Query.all(), page -> {
                if (new String(page.json(), StandardCharsets.UTF_8).contains(id)) {
                    seen.countDown();
                }
            })) {
                if (!seen.await(120, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the feed did not follow");
                }
            }
            return FilledDatabases.since(began);
        }
    }

    private GlobalFeeds feeds(CouchAggregator aggregator, ViewStore store) {
        FeedDefinition feed = FeedDefinition.builder("posts")
                .refresh(Refresh.continuous(Duration.ofDays(1)))
                .selector("{\"type\":\"post\"}")
                .fields("_id", "createdAt")
                .sort("[{\"createdAt\":\"desc\"}]")
                .databases(databases.pattern())
                .build();
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(aggregator)
                .viewStore(store)
                .build();
    }

    /** A post that is newer than all others. */
    private String write() {
        written++;
        String id = "new-" + System.nanoTime();
        RAW.put(
                names.get(written),
                id,
                "{\"type\":\"post\",\"content\":\"new\",\"createdAt\":\"2027-%07d\"}".formatted(written));
        return id;
    }

    /** Keeps no checkpoints, as stores did not once. */
    private static final class Forgetful extends DelegatingViewStore {

        Forgetful(ViewStore store) {
            super(store);
        }

        @Override
        public boolean commit(ViewDelta delta) {
            ViewHead head = delta.head();
            ViewHead without = new ViewHead(
                    head.generation(), head.fingerprint(), head.refreshedAt(), head.databases(), head.behind());
            return super.commit(
                    new ViewDelta(delta.view(), delta.base(), delta.whole(), without, delta.slices(), delta.dropped()));
        }
    }
}
