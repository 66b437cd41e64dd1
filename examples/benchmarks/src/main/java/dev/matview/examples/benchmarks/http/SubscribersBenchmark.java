package dev.matview.examples.benchmarks.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.figures.Spread;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Many WebSockets that follow one feed, of which a generation comes each second. */
public final class SubscribersBenchmark implements Benchmark {

    private static final int SUBSCRIBERS = 5_000;
    private static final int WARM = 15;
    private static final int ROUNDS = 30;
    private static final long PERIOD_NANOS = 1_000_000_000;

    @Override
    public String name() {
        return "subscribers";
    }

    @Override
    public Optional<String> missing() {
        boolean few = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                && unix.getMaxFileDescriptorCount() < SUBSCRIBERS + 200;
        return few ? Optional.of("a limit of open files (ulimit -n) above " + (SUBSCRIBERS + 200)) : Optional.empty();
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        String subscribers = Integer.toString(run.size(SUBSCRIBERS, 50));
        try (Child server = Child.start(SubscribedServer.class, subscribers)) {
            String port = server.await("port");
            try (Child clients = Child.start(SubscriberLoad.class, port, subscribers)) {
                clients.await("ready");
                run.say("%s subscribers have their first answer", subscribers);
                for (int i = 0; i < run.size(WARM, 1); i++) {
                    round(server, clients, run);
                }
                return figures(server, clients, run);
            }
        }
    }

    private static List<Figure> figures(Child server, Child clients, Run run) throws Exception {
        int rounds = run.size(ROUNDS, 2);
        double[] last = new double[rounds];
        double[] cores = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long processor = server.processorTime().toNanos();
            long begun = System.nanoTime();
            last[i] = round(server, clients, run);
            cores[i] = (double) (server.processorTime().toNanos() - processor) / (System.nanoTime() - begun);
        }
        String what = "5,000 subscribers, a generation a second";
        double[] sorted = last.clone();
        Arrays.sort(sorted);
        Spread slowest = Spread.of(sorted[(int) Math.ceil(rounds * 0.99) - 1]);
        return List.of(
                Figure.alone(what + ": cores of the server", "cores", Spread.of(cores), "half a core", Aim.atMost(0.5)),
                Figure.alone(what + ": until the last has it", "s", Spread.of(last), "half a second", Aim.atMost(0.5)),
                Figure.alone(
                        what + ": until the last has it, in 99 % of the generations",
                        "s",
                        slowest,
                        "half a second",
                        Aim.atMost(0.5)));
    }

    /** A second: a post, and how long until the last has it, in seconds. */
    private static double round(Child server, Child clients, Run run) throws Exception {
        long begun = System.nanoTime();
        server.tell("post");
        String at = server.await("posted");
        String[] micros = clients.await("received " + at).split(" ");
        run.say("p50 %s µs, p99 %s µs, last %s µs", micros[0], micros[1], micros[2]);
        TimeUnit.NANOSECONDS.sleep(Math.max(0, PERIOD_NANOS - (System.nanoTime() - begun)));
        return Long.parseLong(micros[2]) / 1e6;
    }
}
