package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.RefreshResult;
import dev.matview.core.error.FailureKind;
import dev.matview.core.internal.work.Failures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The databases that a visit could not read: all are counted, by kind, and some named. Those that were named before are
 * named again, so that it stays known since when. Thread-safe.
 */
final class FailedDatabases {

    private final Map<String, Behind> before = new HashMap<>();
    private final Instant begunAt;
    private final Map<String, Behind> again = new HashMap<>();
    private final Map<String, Behind> others = new HashMap<>();
    private final Map<FailureKind, Integer> kinds = new EnumMap<>(FailureKind.class);
    private int count;

    /**
     * @param before those named after the last visit
     * @param begunAt when this one began
     */
    FailedDatabases(List<Behind> before, Instant begunAt) {
        before.forEach(behind -> this.before.put(behind.database(), behind));
        this.begunAt = begunAt;
    }

    synchronized void add(String database, Exception cause) {
        count++;
        FailureKind kind = FailureKind.of(cause);
        kinds.merge(kind, 1, Integer::sum);
        Behind last = before.get(database);
        if (last != null) {
            again.put(database, new Behind(database, kind, Failures.reason(cause), last.since()));
        } else if (others.size() < RefreshResult.MAX_BEHIND) {
            others.put(database, new Behind(database, kind, Failures.reason(cause), begunAt));
        }
    }

    synchronized int count() {
        return count;
    }

    /** How many there are of each kind. */
    synchronized Map<FailureKind, Integer> kinds() {
        return Map.copyOf(kinds);
    }

    /** Some of them, by their names. */
    synchronized List<Behind> named() {
        List<Behind> named = new ArrayList<>(again.values());
        others.values().stream().limit(RefreshResult.MAX_BEHIND - named.size()).forEach(named::add);
        named.sort(Comparator.comparing(Behind::database));
        return named;
    }
}
