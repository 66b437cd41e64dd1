package dev.matview.server.http.history;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.RegistryNotReadyException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Remembers of each feed its last {@value #REFRESHES} refreshes, and how it was each minute of the last six hours. What it
 * knew of a feed that is there no more is forgotten within a minute. Thread-safe.
 */
public final class FeedHistory implements RefreshListener {

    static final int REFRESHES = 100;
    static final Duration BETWEEN_SAMPLES = Duration.ofMinutes(1);

    /** Six hours of them. */
    static final int SAMPLES = 360;

    private final GlobalFeeds feeds;
    private final InstantSource clock;
    private final Map<String, Past> pasts = new HashMap<>();
    private @Nullable Instant sampled;

    /** What is remembered of one feed. */
    private static final class Past {
        private final Deque<PastRefresh> refreshes = new ArrayDeque<>();
        private final Deque<Sample> samples = new ArrayDeque<>();
        /** Of the refresh that ended since the last minute; the newest sample is of its end. Null when none did. */
        private @Nullable Duration took;

        void add(PastRefresh refresh) {
            refreshes.addFirst(refresh);
            if (refreshes.size() > REFRESHES) {
                refreshes.removeLast();
            }
        }

        /** One that stands for the newest minute is replaced by a newer: however often a feed changes, there is one a minute. */
        void add(Sample sample, boolean replaces) {
            if (replaces) {
                samples.removeLast();
            }
            samples.addLast(sample);
            if (samples.size() > SAMPLES) {
                samples.removeFirst();
            }
        }
    }

    public FeedHistory(GlobalFeeds feeds, InstantSource clock) {
        this.feeds = feeds;
        this.clock = clock;
    }

    @Override
    public void refreshed(Run run, RefreshResult result) {
        ended(PastRefresh.of(run, result));
    }

    @Override
    public void failed(Run run, String reason) {
        ended(new PastRefresh(run, null, reason));
    }

    private void ended(PastRefresh refresh) {
        String collection = refresh.run().collection();
        // Asked before this is locked: whoever answers has a lock of its own.
        FeedStatus now;
        try {
            now = feeds.status(collection);
        } catch (FeedNotRegisteredException | RegistryNotReadyException | IllegalStateException gone) {
            // It went, or all feeds were closed, while it was refreshed: there is nothing left to remember.
            return;
        }
        Instant at = clock.instant();
        synchronized (this) {
            Past past = past(collection);
            past.add(refresh);
            boolean again = past.took != null;
            past.took = refresh.run().took();
            past.add(Sample.of(now, past.took, at), again);
        }
    }

    /** Takes samples where a minute has gone by. */
    public void look() {
        Instant now = clock.instant();
        if (!isDue(now)) {
            return;
        }
        List<FeedStatus> all = feeds.status();
        Set<String> there =
                all.stream().map(status -> status.feed().collection()).collect(Collectors.toSet());
        synchronized (this) {
            pasts.keySet().retainAll(there);
            for (FeedStatus status : all) {
                Past past = past(status.feed().collection());
                past.add(Sample.of(status, past.took, now), past.took != null);
                past.took = null;
            }
        }
    }

    private synchronized boolean isDue(Instant now) {
        if (sampled != null && now.isBefore(sampled.plus(BETWEEN_SAMPLES))) {
            return false;
        }
        sampled = now;
        return true;
    }

    private Past past(String collection) {
        return pasts.computeIfAbsent(collection, name -> new Past());
    }

    /** The newest first. */
    public synchronized List<PastRefresh> refreshes(String collection) {
        Past past = pasts.get(collection);
        return past == null ? List.of() : List.copyOf(past.refreshes);
    }

    /** The newest; null when it has not been refreshed since this process was started. */
    public synchronized @Nullable PastRefresh lastRefresh(String collection) {
        Past past = pasts.get(collection);
        return past == null ? null : past.refreshes.peekFirst();
    }

    /** The oldest first: one a minute, and one of the last refresh. */
    public synchronized List<Sample> samples(String collection) {
        Past past = pasts.get(collection);
        return past == null ? List.of() : List.copyOf(past.samples);
    }
}
