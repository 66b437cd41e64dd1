package dev.matview.examples.benchmarks.couchdb;

import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.Refresh;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.figures.Spread;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How soon a continuous feed has a write, beside when CouchDB's {@code _db_updates} names the database, which it does at a
 * tick. Writes come at random moments of the tick, each in another database, and not before the feed may be refreshed again.
 */
final class Following {

    private static final String TICK_PATH = "/_node/_local/_config/global_changes/max_write_delay";

    /** Milliseconds: a feed that was refreshed for a change waits a second before the next one is due. */
    private static final int APART = 1_200;

    private static final int TICK = 500;

    private final PlainCouch couch;
    private final Run run;
    private final UserDatabases users;
    private final Random random = new Random(1);
    private int next;

    Following(PlainCouch couch, Run run, UserDatabases users) {
        this.couch = couch;
        this.run = run;
        this.users = users;
    }

    List<Figure> measure() throws InterruptedException {
        List<Figure> figures = new ArrayList<>();
        try (Served served = new Served(couch, users, "follow", Refresh.continuous(Duration.ofDays(1)))) {
            served.firstRefresh();
            measure(served, run.size(10, 1));
            String before = couch.send("GET", TICK_PATH, "").body().strip();
            figures.add(figure(served, "CouchDB's tick as it is, " + ticks(before), 0.7));
            figures.addAll(fasterTick(served, before));
        }
        return figures;
    }

    private static String ticks(String configured) {
        return configured.startsWith("\"") ? configured.replace("\"", "") + " ms" : "500 ms";
    }

    private List<Figure> fasterTick(Served served, String before) throws InterruptedException {
        if (couch.send("PUT", TICK_PATH, "\"100\"").statusCode() != 200) {
            run.leaveOut("a write in a feed with max_write_delay 100", "a CouchDB whose configuration can be written");
            return List.of();
        }
        try {
            // Until the tick that is under way is over.
            Thread.sleep(1_000);
            return List.of(figure(served, "CouchDB's `max_write_delay` at 100 ms", 0.3));
        } finally {
            couch.send(before.startsWith("\"") ? "PUT" : "DELETE", TICK_PATH, before.startsWith("\"") ? before : "");
        }
    }

    private Figure figure(Served served, String tick, double aim) throws InterruptedException {
        List<double[]> ours = new ArrayList<>();
        List<double[]> theirs = new ArrayList<>();
        for (int round = 0; round < run.size(2, 1); round++) {
            Arrivals arrivals = measure(served, run.size(40, 2));
            ours.add(arrivals.inFeed());
            theirs.add(arrivals.named());
            run.say(
                    "%s: in the feed after %.2f s, of a hundred %.2f s; named after %.2f s, of a hundred %.2f s",
                    tick,
                    Refreshes.percentile(arrivals.inFeed(), 0.5),
                    Refreshes.percentile(arrivals.inFeed(), 0.99),
                    Refreshes.percentile(arrivals.named(), 0.5),
                    Refreshes.percentile(arrivals.named(), 0.99));
        }
        Spread median = Refreshes.spread(ours, 0.5);
        return Figure.of(
                        String.format(
                                Locale.ROOT, "write to continuous feed, %,d databases, p99; %s", users.size(), tick),
                        "s",
                        Refreshes.spread(ours, 0.99),
                        "`_db_updates` names the database, p99",
                        Refreshes.spread(theirs, 0.99),
                        Aim.atMost(aim))
                .because(String.format(
                        Locale.ROOT,
                        "the median is %.2f s, that of `_db_updates` %.2f s",
                        median.median(),
                        Refreshes.spread(theirs, 0.5).median()));
    }

    private Arrivals measure(Served served, int writes) throws InterruptedException {
        Arrivals arrivals = new Arrivals(writes);
        try (UpdatesListener updates = new UpdatesListener(couch, arrivals::named);
                Subscription subscription = served.feeds.subscribe(
                        Served.FEED,
                        Query.all(),
                        page -> arrivals.inFeed(new String(page.json(), StandardCharsets.UTF_8)))) {
            for (int i = 0; i < writes; i++) {
                Thread.sleep(APART + random.nextInt(TICK));
                int database = (int) (next++ * 7_919L % users.size());
                long began = System.nanoTime();
                arrivals.written(users.name(database), users.write(database), began);
            }
            arrivals.await(Duration.ofSeconds(60));
        }
        return arrivals;
    }
}
