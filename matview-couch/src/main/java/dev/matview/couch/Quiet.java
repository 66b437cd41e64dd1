package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.Scheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Since when nothing at all has been written to the cluster, told from its nodes' counters of commits, which know of a
 * write at once. Not thread-safe.
 */
final class Quiet {

    private static final List<String> COUNTERS = List.of("commits", "document_writes", "database_purges");

    private final Scheduler scheduler;
    private List<String> counted = List.of();
    private Instant since = Instant.MAX;

    Quiet(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** The earliest time from which on nothing is known to have been written; now, when that cannot be told. */
    Instant since(Nodes nodes) throws InterruptedException {
        Instant now = scheduler.instant();
        List<String> current = count(nodes);
        if (current.isEmpty() || !current.equals(counted)) {
            counted = current;
            since = now;
        }
        return since;
    }

    private static List<String> count(Nodes nodes) throws InterruptedException {
        List<String> counts = new ArrayList<>();
        for (JsonNode statistics : nodes.statistics("couchdb")) {
            for (String counter : COUNTERS) {
                counts.add(statistics.path(counter).path("value").asText());
            }
        }
        return counts;
    }
}
