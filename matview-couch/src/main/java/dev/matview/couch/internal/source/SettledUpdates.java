package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.event.Scheduler;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.Nodes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code _db_updates} tells once the entries of every earlier write must have come. They come late: CouchDB
 * gathers them, writes them down twice a second, and that takes a moment. So the feed is complete
 *
 * <ol>
 *   <li>at once, when nothing was written lately;
 *   <li>when the nodes had nothing gathered on two looks in a row, of which the second brought nothing new, and
 *       something has come since they had; or, when nothing has come at all, on looks for as long as an entry that is
 *       gathered no more may still be being written down;
 *   <li>after the longest that it may take, when there is always something gathered, or the nodes do not tell.
 * </ol>
 *
 * What was gathered on a node that is restarted, or dies, is never told.
 *
 * <p>Not thread-safe.
 */
final class SettledUpdates {

    /** Between two looks: longer than CouchDB mostly takes to write down what it has gathered. */
    private static final Duration STEP = Duration.ofMillis(50);

    /** Nodes with many open databases take some tenths of a second to say how long they have been running. */
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(60);

    private static final List<String> GATHERED = List.of("listener_pending_updates", "server_pending_updates");

    private final CouchClient cluster;
    private final Scheduler scheduler;
    private final UpdatesFeed feed;
    private final CommitCounters commits;
    private Duration lag = Duration.ZERO;
    /** The feed has been complete for what was written before. */
    private Instant settled = Instant.MIN;
    /** No node had been started between the place and then. */
    private Instant running = Instant.MIN;
    /** When that was last looked at. */
    private Instant checked = Instant.MIN;

    SettledUpdates(CouchClient cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.feed = new UpdatesFeed(cluster);
        this.commits = new CommitCounters(scheduler);
    }

    private enum Gathered {
        NOTHING,
        SOMETHING,
        UNKNOWN
    }

    /** Goes on from a place that is as old as that, perhaps from before this process was started. */
    void resume(Instant asOf) throws InterruptedException {
        running = asOf;
        checked = Instant.MIN;
        commits.unchangedSince(Nodes.of(cluster));
        commits.forget();
        lag = feed.lag();
    }

    /** The current place; empty where there is no such feed for us. */
    Optional<UpdatesFeed.Place> now() throws InterruptedException {
        Instant began = scheduler.instant();
        Optional<UpdatesFeed.Place> now = feed.now();
        if (now.isPresent()) {
            running = began;
            checked = began;
            commits.unchangedSince(Nodes.of(cluster));
            commits.forget();
            lag = feed.lag();
        }
        return now;
    }

    /**
     * What is told of changes since the place.
     *
     * @param asOf all changes before then are among them
     */
    record Told(Set<String> names, String until, Instant asOf) {}

    /**
     * What changed from the place until this is called, and perhaps later.
     *
     * @param isNoticed whether what is told by now is enough
     * @return nothing when that can no longer be told
     */
    Optional<Told> since(UpdatesFeed.Place place, boolean isNoticed) throws InterruptedException {
        Instant began = scheduler.instant();
        Nodes nodes = Nodes.of(cluster);
        Instant written = commits.unchangedSince(nodes);
        Instant complete = written.isAfter(settled) ? written.plus(lag) : settled;
        Looks looks = new Looks();
        String until = place.since();
        while (true) {
            boolean last = !scheduler.instant().isBefore(complete);
            Optional<UpdatesFeed.Updates> found = feed.since(until);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            until = found.get().until();
            if (isNoticed && !last) {
                Instant told = began.minus(lag);
                return kept(
                        place,
                        new Told(found.get().names(), until, told.isAfter(settled) ? told : settled),
                        nodes,
                        began);
            }
            // After the feed: what is gathered now is not in it.
            Gathered now = last ? Gathered.NOTHING : gathered(nodes);
            boolean allCame = looks.look(found.get().names(), now, scheduler.instant());
            if (last || allCame) {
                settled = written;
                return kept(place, new Told(looks.names, until, began), nodes, began);
            }
            Duration left = Duration.between(scheduler.instant(), complete);
            cluster.sleep(now == Gathered.UNKNOWN || left.compareTo(STEP) < 0 ? left : STEP);
        }
    }

    /** What was told, unless some of it may have been lost. Asked after the questions: what was lost before them shows. */
    private Optional<Told> kept(UpdatesFeed.Place place, Told told, Nodes nodes, Instant began)
            throws InterruptedException {
        return keptRunning(nodes, began) && feed.has(place.history()) ? Optional.of(told) : Optional.empty();
    }

    /** What the looks for late entries showed so far. */
    private static final class Looks {
        private final Set<String> names = new HashSet<>();
        private Gathered before = Gathered.UNKNOWN;
        /** Something was gathered of which nothing has come yet. */
        private boolean expected;

        private @Nullable Instant quietSince;

        /** @return whether nothing can be on its way any more */
        boolean look(Set<String> came, Gathered now, Instant at) {
            names.addAll(came);
            expected = now == Gathered.SOMETHING || expected && came.isEmpty();
            boolean quiet = now == Gathered.NOTHING && came.isEmpty() && !expected;
            boolean again = quiet && before == Gathered.NOTHING;
            before = now;
            if (!quiet) {
                quietSince = null;
            } else if (quietSince == null) {
                quietSince = at;
            }
            boolean longEnough = quietSince != null && !at.isBefore(quietSince.plus(UpdatesFeed.WRITING));
            return again && (longEnough || !names.isEmpty());
        }
    }

    /** Whether no node has been started since the place was given, as far as is known. */
    private boolean keptRunning(Nodes nodes, Instant began) throws InterruptedException {
        if (commits.wentBack()) {
            return false;
        }
        if (checked.isAfter(began.minus(BETWEEN_CHECKS))) {
            return true;
        }
        Optional<Instant> lastStart = nodes.lastStart();
        if (lastStart.isEmpty()) {
            return true;
        }
        boolean kept = !lastStart.get().isAfter(running);
        running = began;
        checked = began;
        return kept;
    }

    private static Gathered gathered(Nodes nodes) throws InterruptedException {
        List<JsonNode> statistics = nodes.statistics("global_changes");
        long sum = 0;
        for (JsonNode node : statistics) {
            for (String gauge : GATHERED) {
                JsonNode value = node.path(gauge).path("value");
                if (!value.isNumber()) {
                    return Gathered.UNKNOWN;
                }
                sum += value.asLong();
            }
        }
        if (statistics.isEmpty()) {
            return Gathered.UNKNOWN;
        }
        return sum == 0 ? Gathered.NOTHING : Gathered.SOMETHING;
    }
}
