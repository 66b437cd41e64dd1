package dev.matview.examples.benchmarks.inprocess;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The first generation of a feed over many databases in memory, beside one core that parses the same documents. */
public final class RefreshBenchmark implements Benchmark {

    private static final int DOCUMENTS = 20;
    private static final int AUTHORS = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "refresh-in-memory";
    }

    @Override
    public List<String> jvmOptions() {
        return List.of("-Xms7g", "-Xmx7g");
    }

    @Override
    public List<Figure> run(Run run) {
        int databases = run.size(100_000, 50);
        int rounds = run.size(5, 1);
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        byte[][] documents = new byte[databases * DOCUMENTS][];
        try (InMemoryDatabases users = new InMemoryDatabases()) {
            for (int number = 0; number < documents.length; number++) {
                String json = Posts.json(number, AUTHORS);
                documents[number] = json.getBytes(StandardCharsets.UTF_8);
                users.put(Posts.database(number % databases), json);
            }
            run.say("%,d documents are there", documents.length);
            // A round more, first, for a JVM that has compiled.
            for (int round = -1; round < rounds; round++) {
                double parsed = parse(documents);
                double refreshed = refresh(users);
                run.say("refreshed in %.2f s, parsed in %.2f s", refreshed, parsed);
                if (round >= 0) {
                    ours[round] = refreshed;
                    theirs[round] = parsed;
                }
            }
        }
        run.version("Jackson", JSON.version().toString());
        return List.of(Figure.ofRounds(
                "a full refresh in memory, %,d databases of %d documents".formatted(databases, DOCUMENTS),
                "s",
                ours,
                "one core parsing the same bytes with Jackson",
                theirs,
                Aim.ratioAtMost(1.5)));
    }

    private static double parse(byte[][] documents) {
        System.gc();
        long began = System.nanoTime();
        long members = 0;
        try {
            for (byte[] document : documents) {
                members += JSON.readTree(document).size();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (members != 7L * documents.length) {
            throw new IllegalStateException(members + " members");
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private static double refresh(InMemoryDatabases users) {
        System.gc();
        FeedDefinition posts = Posts.feed().build();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(posts))
                .aggregator(users)
                .build()) {
            long began = System.nanoTime();
            feeds.start();
            if (!feeds.awaitReady(Duration.ofMinutes(2))) {
                throw new IllegalStateException("no generation: " + feeds.status());
            }
            return (System.nanoTime() - began) / 1e9;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
