package dev.matview.sql.internal;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which generations this process was told of, the last ones of each view, by number and stamp: it starts from these. A database
 * that has another one of that number is of another history, such as a standby that was promoted before it knew all; from one to
 * the other there is no difference to be told. Thread-safe.
 */
final class KnownStamps {

    private static final int KEPT = 64;

    private final Map<String, Map<Long, UUID>> views = new HashMap<>();

    private static final class Latest extends LinkedHashMap<Long, UUID> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, UUID> eldest) {
            return size() > KEPT;
        }
    }

    synchronized void told(String view, long generation, UUID stamp) {
        Map<Long, UUID> known = views.computeIfAbsent(view, name -> new Latest());
        known.remove(generation);
        known.put(generation, stamp);
    }

    /** The stamp of the generation of that number that was told last; null when none was. */
    synchronized @Nullable UUID of(String view, long generation) {
        return views.getOrDefault(view, Map.of()).get(generation);
    }

    /** Whether nothing says that this one is another. */
    boolean isOf(String view, long generation, @Nullable UUID stamp) {
        UUID known = of(view, generation);
        return known == null || known.equals(stamp);
    }

    synchronized void forget(String view) {
        views.remove(view);
    }
}
