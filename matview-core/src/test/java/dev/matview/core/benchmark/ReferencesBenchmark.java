package dev.matview.core.benchmark;

import com.sun.management.OperatingSystemMXBean;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a refresh costs after one write to the profile of an author whom many rows refer to, and of one whom few do; and
 * after a write that no row refers to. Arguments: rows (200000), of the well-known author (100000), of the other (10).
 */
public final class ReferencesBenchmark {

    private static final int ROUNDS = 15;
    private static final int POSTS_IN_A_DATABASE = 1_000;

    /** Its time counts while others use the machine too. */
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private int version;

    private ReferencesBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int[] numbers = {200_000, 100_000, 10};
        Arrays.setAll(numbers, i -> i < arguments.length ? Integer.parseInt(arguments[i]) : numbers[i]);
        new ReferencesBenchmark().run(numbers[0], numbers[1], numbers[2]);
    }

    private void run(int rows, int wellKnown, int other) {
        for (int i = 0; i < rows; i++) {
            String author = i < wellKnown ? "ada" : i < wellKnown + other ? "bob" : "eve";
            databases.put(
                    "userdb-" + i / POSTS_IN_A_DATABASE,
                    "{\"_id\":\"p%d\",\"type\":\"post\",\"author\":{\"did\":\"x:%s\",\"ref\":\"me\"}}"
                            .formatted(i, author));
        }
        for (String author : List.of("ada", "bob", "eve", "nobody")) {
            profile(author);
        }
        FeedDefinition posts = FeedDefinition.builder("posts")
                .selector("{\"type\":\"post\"}")
                .expand(List.of("author"))
                .interval(Duration.ofDays(1))
                .build();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(posts))
                .aggregator(databases)
                .viewStore(new InMemoryViewStore())
                .build()) {
            feeds.start();
            feeds.refresh("posts").join();
            System.out.printf(Locale.ROOT, "%,d rows; median of %d refreshes after one write%n", rows, ROUNDS);
            print(feeds, "the profile that %,d rows refer to".formatted(wellKnown), "ada");
            print(feeds, "the profile that %,d rows refer to".formatted(other), "bob");
            print(feeds, "a profile that no row refers to", "nobody");
        }
    }

    private void profile(String author) {
        databases.put("userdb-" + author, "{\"_id\":\"me\",\"name\":\"%s %d\"}".formatted(author, version++));
    }

    private void print(GlobalFeeds feeds, String what, String author) {
        long[] nanos = new long[ROUNDS];
        long[] processor = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            profile(author);
            long used = PROCESS.getProcessCpuTime();
            long began = System.nanoTime();
            feeds.refresh("posts").join();
            nanos[round] = System.nanoTime() - began;
            processor[round] = PROCESS.getProcessCpuTime() - used;
        }
        Arrays.sort(nanos);
        Arrays.sort(processor);
        System.out.printf(
                Locale.ROOT,
                "%s: %.2f ms, %.2f ms of the processor%n",
                what,
                nanos[ROUNDS / 2] / 1e6,
                processor[ROUNDS / 2] / 1e6);
    }
}
