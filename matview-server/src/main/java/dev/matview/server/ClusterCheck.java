package dev.matview.server;

import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the CouchDBs at the start: one message now, instead of one for everything that will be asked of them.
 *
 * <ol>
 *   <li>The first holds the views. Without it there is nothing to serve.
 *   <li>Of the others, one that refuses the credentials is a mistake to be mended. One that is away or slow will be back:
 *       its databases are behind until then, and the last generation does not wait for it.
 * </ol>
 */
final class ClusterCheck {

    private static final Logger log = LoggerFactory.getLogger(ClusterCheck.class);

    /** How long the others are waited for, together. One that is up answers within a fraction of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private ClusterCheck() {}

    /** @throws StartupException when the server cannot do with them */
    static void run(List<CouchCluster> clusters) throws StartupException {
        CouchCluster first = clusters.get(0);
        String refusal = ask(first).reason();
        if (!refusal.isEmpty()) {
            throw unusable(first, refusal);
        }
        away(clusters.subList(1, clusters.size()), PATIENCE)
                .forEach((url, reason) -> log.warn(
                        "--couchdb-url {} does not answer; its databases are behind until it does: {}", url, reason));
    }

    /**
     * Asks all at once.
     *
     * @return the URLs of those that do not answer as they should, and why
     * @throws StartupException when one refuses the credentials
     */
    static Map<String, String> away(List<CouchCluster> clusters, Duration patience) throws StartupException {
        Answer late = new Answer(false, "no answer within " + patience.toMillis() + " ms");
        Map<CouchCluster, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
        for (CouchCluster cluster : clusters) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            // A thread that is still waiting when the time is up ends when the cluster answers, or is closed.
            Thread thread = new Thread(() -> answer.complete(ask(cluster)), "matview-start");
            thread.setDaemon(true);
            thread.start();
            answers.put(cluster, answer.completeOnTimeout(late, patience.toMillis(), TimeUnit.MILLISECONDS));
        }
        Map<String, String> away = new TreeMap<>();
        for (Map.Entry<CouchCluster, CompletableFuture<Answer>> asked : answers.entrySet()) {
            Answer answer = asked.getValue().join();
            if (answer.refused()) {
                throw unusable(asked.getKey(), answer.reason());
            }
            if (!answer.reason().isEmpty()) {
                away.put(asked.getKey().url(), answer.reason());
            }
        }
        return away;
    }

    /**
     * What a CouchDB answered.
     *
     * @param refused whether it does not take the credentials
     * @param reason why it cannot be used now; empty when it can
     */
    private record Answer(boolean refused, String reason) {}

    private static Answer ask(CouchCluster cluster) {
        try {
            cluster.verify();
            return new Answer(false, "");
        } catch (CouchException e) {
            return new Answer(e.status() == 401 || e.status() == 403, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(false, "interrupted while it was asked");
        }
    }

    private static StartupException unusable(CouchCluster cluster, String reason) {
        return new StartupException("--couchdb-url " + cluster.url() + " cannot be used: " + reason);
    }
}
