package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.Scheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Since when nothing at all has been written to the cluster, told from its nodes' counters of commits, which know of a
 * write at once. Not thread-safe.
 */
final class Quiet {

    private static final List<String> COUNTERS = List.of("commits", "document_writes", "database_purges");

    private final Scheduler scheduler;
    private List<Long> counted = List.of();
    private Instant since = Instant.MAX;
    private boolean wentBack;

    Quiet(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** The earliest time from which on nothing is known to have been written; now, when that cannot be told. */
    Instant since(Nodes nodes) throws InterruptedException {
        Instant now = scheduler.instant();
        List<Long> current = count(nodes);
        if (current.isEmpty() || !current.equals(counted)) {
            since = now;
        }
        int same = Math.min(current.size(), counted.size());
        wentBack = IntStream.range(0, same).anyMatch(i -> current.get(i) < counted.get(i));
        if (!current.isEmpty()) {
            counted = current;
        }
        return since;
    }

    /** Whether a counter was lower than before when last looked at: a node has been started in between. */
    boolean wentBack() {
        return wentBack;
    }

    private static List<Long> count(Nodes nodes) throws InterruptedException {
        List<Long> counts = new ArrayList<>();
        for (JsonNode statistics : nodes.statistics("couchdb")) {
            for (String counter : COUNTERS) {
                JsonNode value = statistics.path(counter).path("value");
                if (!value.isNumber()) {
                    return List.of();
                }
                counts.add(value.asLong());
            }
        }
        return counts;
    }
}
