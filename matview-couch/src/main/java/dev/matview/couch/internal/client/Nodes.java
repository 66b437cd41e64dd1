package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The nodes of a cluster, and what they say about themselves. Immutable. */
public final class Nodes {

    private final CouchClient cluster;
    private final List<String> names;

    private Nodes(CouchClient cluster, List<String> names) {
        this.cluster = cluster;
        this.names = names;
    }

    /** The nodes that the cluster has now; none where that cannot be told. */
    public static Nodes of(CouchClient cluster) throws InterruptedException {
        try {
            JsonNode members = get(cluster, "_membership").path("cluster_nodes");
            return new Nodes(
                    cluster,
                    StreamSupport.stream(members.spliterator(), false)
                            .map(JsonNode::asText)
                            .toList());
        } catch (CouchFailure e) {
            return new Nodes(cluster, List.of());
        }
    }

    /**
     * Whether a cluster has several nodes, which hold replicas; not where the server does not know of nodes, or does not let
     * them be seen.
     *
     * @return empty when it did not answer: to take several for one would be to believe each of them
     */
    public static Optional<Boolean> areSeveral(CouchClient cluster) throws InterruptedException {
        try {
            return Optional.of(get(cluster, "_membership").path("cluster_nodes").size() > 1);
        } catch (CouchFailure e) {
            return e.isClientError() && !e.isTransient() ? Optional.of(false) : Optional.empty();
        }
    }

    /**
     * One section of each node's statistics, such as {@code couchdb}.
     *
     * @return empty when any of them cannot be had: a node is down, or the user may not see it
     */
    public List<JsonNode> statistics(String section) throws InterruptedException {
        return each("_stats", section);
    }

    /**
     * When the last of them was started, or somewhat later.
     *
     * @return empty when that cannot be told, as above
     */
    public Optional<Instant> lastStart() throws InterruptedException {
        List<JsonNode> systems = each("_system");
        // After the answers, and whole seconds: rather too late.
        Instant now = cluster.scheduler().instant();
        return systems.stream()
                .map(node -> now.minusSeconds(node.path("uptime").asLong()))
                .max(Comparator.naturalOrder());
    }

    private List<JsonNode> each(String... path) throws InterruptedException {
        try {
            List<JsonNode> answers = new ArrayList<>();
            for (String name : names) {
                List<String> segments = new ArrayList<>(List.of("_node", name));
                segments.addAll(List.of(path));
                answers.add(get(cluster, segments.toArray(String[]::new)));
            }
            return answers;
        } catch (CouchFailure e) {
            // Then nothing is known, which costs a longer wait.
            return List.of();
        }
    }

    private static JsonNode get(CouchClient cluster, String... segments) throws InterruptedException {
        return cluster.once(CouchRequest.get(CouchPath.server(segments)), CouchClient::tree);
    }
}
