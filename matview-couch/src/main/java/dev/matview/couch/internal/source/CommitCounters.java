package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.event.Scheduler;
import dev.matview.couch.internal.client.Nodes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The nodes' counters of commits, which know of a write at once: they tell since when nothing at all has been written to
 * the cluster, and whether a node has been restarted. Not thread-safe.
 */
final class CommitCounters {

    private static final List<String> COUNTERS = List.of("commits", "document_writes", "database_purges");

    private final Scheduler scheduler;
    private List<Long> counted = List.of();
    private Instant since = Instant.MAX;
    private boolean wentBack;

    CommitCounters(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** The earliest time from which on nothing is known to have been written; now, when that cannot be told. */
    Instant unchangedSince(Nodes nodes) throws InterruptedException {
        Instant now = scheduler.instant();
        List<Long> current = count(nodes);
        if (current.isEmpty() || !current.equals(counted)) {
            since = now;
        }
        int same = Math.min(current.size(), counted.size());
        wentBack |= IntStream.range(0, same).anyMatch(i -> current.get(i) < counted.get(i));
        if (!current.isEmpty()) {
            counted = current;
        }
        return since;
    }

    /** Whether a counter has been lower than before, so that a node was restarted, since this was forgotten. */
    boolean wentBack() {
        return wentBack;
    }

    void forget() {
        wentBack = false;
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
