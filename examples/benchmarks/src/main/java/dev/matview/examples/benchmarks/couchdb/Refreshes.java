package dev.matview.examples.benchmarks.couchdb;

import dev.matview.core.feed.Refresh;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.figures.Spread;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A first refresh beside a bare loop, and later refreshes beside the first. Each writes its view. */
final class Refreshes {

    private static final Refresh DAILY = Refresh.every(Duration.ofDays(1));

    /** So long after a write {@code _db_updates} has told of it. */
    private static final long SETTLED_MILLIS = 1_000;

    private final PlainCouch couch;
    private final Run run;

    Refreshes(PlainCouch couch, Run run) {
        this.couch = couch;
        this.run = run;
    }

    /** Both run warm: how fast a JVM starts is another row. */
    void warmUp() throws InterruptedException {
        try (UserDatabases users = UserDatabases.fill(couch, run.size(300, 5), 10)) {
            for (int round = 0; round < run.size(3, 1); round++) {
                users.readBare();
                try (Served served = new Served(couch, users, "v" + round, DAILY)) {
                    served.firstRefresh();
                }
            }
        }
    }

    /** @param documents in each database */
    List<Figure> measure(UserDatabases users, int documents, int rounds) throws InterruptedException {
        double[] bare = new double[rounds];
        double[] full = new double[rounds];
        double[] some = new double[rounds];
        double[] none = new double[rounds];
        int changed = Math.max(1, users.size() / 100);
        for (int round = 0; round < rounds; round++) {
            // In turn, so that neither is always first.
            boolean bareFirst = round % 2 == 0;
            bare[round] = bareFirst ? bare(users) : 0;
            try (Served served = new Served(couch, users, "v" + round, DAILY)) {
                full[round] = served.firstRefresh();
                users.change(changed);
                Thread.sleep(SETTLED_MILLIS);
                some[round] = served.refresh(changed);
                none[round] = ofNone(served);
            }
            bare[round] = bareFirst ? bare[round] : bare(users);
            run.say(
                    "round %d: bare loop %.2f s, first refresh %.2f s, %d changed %.3f s, none %.4f s",
                    round + 1, bare[round], full[round], changed, some[round], none[round]);
        }
        return figures(
                String.format(Locale.ROOT, "%,d CouchDB databases x %d", users.size(), documents),
                bare,
                full,
                some,
                none);
    }

    private static double bare(UserDatabases users) throws InterruptedException {
        long began = System.nanoTime();
        users.readBare();
        return Served.since(began);
    }

    /** The median of five. */
    private static double ofNone(Served served) throws InterruptedException {
        double[] seconds = new double[5];
        for (int i = 0; i < seconds.length; i++) {
            Thread.sleep(SETTLED_MILLIS);
            seconds[i] = served.refresh(0);
        }
        Arrays.sort(seconds);
        return seconds[seconds.length / 2];
    }

    private static List<Figure> figures(String of, double[] bare, double[] full, double[] some, double[] none) {
        return List.of(
                Figure.ofRounds(
                        "first full refresh, " + of,
                        "s",
                        full,
                        "a bare loop with the same requests, which writes no view",
                        bare,
                        Aim.ratioAtMost(1.1)),
                Figure.ofRounds(
                        "refresh with 1 % changed a second before, " + of,
                        "s",
                        some,
                        "the full refresh",
                        full,
                        Aim.ratioAtMost(0.02)),
                Figure.ofRounds(
                        "refresh with none changed, which writes nothing, " + of,
                        "s",
                        none,
                        "the full refresh",
                        full,
                        Aim.ratioAtMost(0.002)));
    }

    static double percentile(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    /** Of several samples one percentile each. */
    static Spread spread(List<double[]> samples, double share) {
        return Spread.of(samples.stream()
                .mapToDouble(sample -> percentile(sample, share))
                .toArray());
    }
}
