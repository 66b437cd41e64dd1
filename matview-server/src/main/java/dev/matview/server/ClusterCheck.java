package dev.matview.server;

import dev.matview.couch.CouchException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the CouchDBs at the start: one message now, instead of one for everything that will be asked of them. One that
 * refuses the credentials is a mistake to be mended, whenever it is found. One that is away or slow will be back: until then
 * what was stored is served, or 503, and it goes on being asked. Thread-safe.
 */
final class ClusterCheck implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ClusterCheck.class);

    /** How long they are waited for, together. One that is up answers within a fraction of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** How long after an answer that was none, or an error, the next is asked for. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Duration pause;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CompletableFuture<StartupException> refusal = new CompletableFuture<>();

    private ClusterCheck(Duration pause) {
        this.pause = pause;
    }

    /** @throws StartupException when one refuses the credentials */
    static ClusterCheck run(List<NamedCluster> clusters) throws StartupException {
        ClusterCheck check = new ClusterCheck(PAUSE);
        try {
            // Each tells of itself when it is away, and when it is back.
            check.away(clusters, PATIENCE);
        } catch (StartupException e) {
            check.close();
            throw e;
        }
        return check;
    }

    /** A check whose clusters are asked again after that pause. */
    static ClusterCheck every(Duration pause) {
        return new ClusterCheck(pause);
    }

    /** Done when one that was away answers, and refuses the credentials. */
    CompletableFuture<StartupException> refusal() {
        return refusal;
    }

    /**
     * Asks all at once, and goes on asking those that do not answer.
     *
     * @return those that have not answered as they should when the time is up, each with its option, and why
     * @throws StartupException when one refuses the credentials by then
     */
    Map<String, String> away(List<NamedCluster> clusters, Duration patience) throws StartupException {
        Answer late = new Answer(false, "no answer within " + patience.toMillis() + " ms");
        Map<NamedCluster, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
        for (NamedCluster cluster : clusters) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            Thread thread = new Thread(() -> askUntilItAnswers(cluster, patience, answer), "matview-start");
            thread.setDaemon(true);
            thread.start();
            answers.put(cluster, answer.completeOnTimeout(late, patience.toMillis(), TimeUnit.MILLISECONDS));
        }
        Map<String, String> away = new TreeMap<>();
        for (Map.Entry<NamedCluster, CompletableFuture<Answer>> asked : answers.entrySet()) {
            Answer answer = asked.getValue().join();
            if (answer.refused()) {
                throw unusable(asked.getKey(), answer.reason());
            }
            if (!answer.reason().isEmpty()) {
                away.put(asked.getKey().toString(), answer.reason());
            }
        }
        return away;
    }

    private void askUntilItAnswers(NamedCluster cluster, Duration patience, CompletableFuture<Answer> first) {
        try {
            Answer answer = ask(cluster, patience);
            first.complete(answer);
            while (!answer.refused() && !answer.reason().isEmpty()) {
                if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                answer = ask(cluster, patience);
            }
            if (answer.refused()) {
                refusal.complete(unusable(cluster, answer.reason()));
            }
        } catch (InterruptedException e) {
            log.debug("{} is asked no more", cluster);
        }
    }

    /** Asks no more. */
    @Override
    public void close() {
        closed.countDown();
    }

    /**
     * What a CouchDB answered.
     *
     * @param refused whether it does not take the credentials
     * @param reason why it cannot be used now; empty when it can
     */
    private record Answer(boolean refused, String reason) {}

    private static Answer ask(NamedCluster cluster, Duration patience) throws InterruptedException {
        try {
            cluster.couch().verify(patience);
            return new Answer(false, "");
        } catch (CouchException e) {
            return new Answer(e.status() == 401 || e.status() == 403, e.getMessage());
        }
    }

    private static StartupException unusable(NamedCluster cluster, String reason) {
        return new StartupException(cluster + " cannot be used: " + reason);
    }
}
