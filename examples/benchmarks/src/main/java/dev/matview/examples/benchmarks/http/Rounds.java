package dev.matview.examples.benchmarks.http;

import dev.matview.examples.benchmarks.figures.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Asks two servers in turn, round by round, so that both have the same weather. */
final class Rounds {

    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = 11;
    private static final int MILLIS = 2_000;

    /** So many answers, and both servers are as fast as they become; on a busy machine it is ended sooner. */
    private static final int WARM = 200_000;

    private static final int MAX_WARMING = 8;

    private final Child clients;
    private final Run run;

    /**
     * What came of one round.
     *
     * @param processorMicros the server's processor time for an answer
     */
    record Round(double answers, double p99Millis, double processorMicros) {}

    /** Round by round. */
    record Both(List<Round> ours, List<Round> theirs) {

        double[] ours(ToDoubleFunction<Round> figure) {
            return ours.stream().mapToDouble(figure).toArray();
        }

        double[] theirs(ToDoubleFunction<Round> figure) {
            return theirs.stream().mapToDouble(figure).toArray();
        }

        /** What an answer costs the two servers' processors, in words. */
        String processor() {
            return "an answer takes %.0f and %.0f µs of the processor in the median"
                    .formatted(median(ours(Round::processorMicros)), median(theirs(Round::processorMicros)));
        }

        private static double median(double[] figures) {
            double[] sorted = figures.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    Rounds(Child clients, Run run) {
        this.clients = clients;
        this.run = run;
    }

    Both measure(Child ours, String ourPort, Child theirs, String theirPort) throws IOException {
        int millis = run.size(MILLIS, 100);
        warm(ours, ourPort);
        warm(theirs, theirPort);
        Both both = new Both(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < run.size(ROUNDS, 2); i++) {
            Round one = ask(ours, ourPort, millis);
            Round other = ask(theirs, theirPort, millis);
            both.ours().add(one);
            both.theirs().add(other);
            run.say(
                    "%.0f and %.0f answers/s, p99 %.1f and %.1f ms, %.0f and %.0f µs of the processor",
                    one.answers(),
                    other.answers(),
                    one.p99Millis(),
                    other.p99Millis(),
                    one.processorMicros(),
                    other.processorMicros());
        }
        return both;
    }

    private void warm(Child server, String port) throws IOException {
        int millis = run.size(5_000, 200);
        double answered = 0;
        for (int i = 0; i < run.size(MAX_WARMING, 1) && answered < WARM; i++) {
            answered += ask(server, port, millis).answers() * millis / 1_000;
        }
    }

    private Round ask(Child server, String port, long millis) throws IOException {
        long before = server.processorTime().toNanos();
        clients.tell("ask " + port + " " + CONNECTIONS + " " + millis);
        long[] told = Arrays.stream(clients.await("answered").split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        long spent = server.processorTime().toNanos() - before;
        return new Round(told[0] * 1e9 / told[1], told[3] / 1e3, spent / 1e3 / told[0]);
    }
}
