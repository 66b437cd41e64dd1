package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.Scheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Since when nothing at all has been written to the cluster, told from its nodes' counters of commits, which know of a
 * write at once. Not thread-safe.
 */
final class Quiet {

    private static final List<String> COUNTERS = List.of("commits", "document_writes", "database_purges");

    private final CouchCluster cluster;
    private final Scheduler scheduler;
    private @Nullable String counted;
    private Instant since = Instant.MAX;

    Quiet(CouchCluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
    }

    /** The earliest time from which on nothing is known to have been written; now, when that cannot be told. */
    Instant since() throws InterruptedException {
        Instant now = scheduler.instant();
        String current = count();
        if (current == null || !current.equals(counted)) {
            counted = current;
            since = now;
        }
        return since;
    }

    private @Nullable String count() throws InterruptedException {
        try {
            List<String> parts = new ArrayList<>();
            JsonNode members = cluster.once(get("_membership"), CouchCluster::tree);
            for (JsonNode node : members.path("cluster_nodes")) {
                JsonNode statistics =
                        cluster.once(get("_node", node.asText(), "_stats", "couchdb"), CouchCluster::tree);
                for (String counter : COUNTERS) {
                    parts.add(statistics.path(counter).path("value").asText());
                }
            }
            return parts.isEmpty() ? null : String.join(" ", parts);
        } catch (CouchException e) {
            // A node that is down, or a user who may not see this: then nothing is known.
            return null;
        }
    }

    private static CouchRequest get(String... segments) {
        return CouchRequest.get(CouchPath.server(segments));
    }
}
