package dev.matview.server.http.exchange;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many requests each caller has under way. All of a proxy's, or of this machine's, are one caller's: no lock is taken,
 * behind which they would queue. Thread-safe.
 */
final class UnderWay {

    private final int most;
    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    /** @param most how many a caller may have */
    UnderWay(int most) {
        this.most = most;
    }

    private static final class Count {
        /** Once it has come to nothing it is taken out of the map, and used no more. */
        private static final int OVER = -1;

        private final AtomicInteger requests = new AtomicInteger(1);

        /** One more, unless it is over or they are as many as may be. Says how many there were. */
        int enter(int most) {
            return requests.getAndUpdate(now -> now == OVER || now >= most ? now : now + 1);
        }

        /** Says whether it is over. */
        boolean leave() {
            return requests.updateAndGet(now -> now == 1 ? OVER : now - 1) == OVER;
        }
    }

    /** Counts one more, until what is returned is run, once; null when there are as many as may be. */
    @Nullable
    Runnable enter(String caller) {
        Count first = new Count();
        while (true) {
            Count known = counts.putIfAbsent(caller, first);
            if (known == null) {
                return () -> leave(caller, first);
            }
            int before = known.enter(most);
            if (before != Count.OVER) {
                return before < most ? () -> leave(caller, known) : null;
            }
            counts.remove(caller, known);
        }
    }

    private void leave(String caller, Count count) {
        if (count.leave()) {
            counts.remove(caller, count);
        }
    }

    /** How many callers have one. */
    int callers() {
        return counts.size();
    }
}
