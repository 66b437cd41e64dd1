package dev.matview.core.internal.view;

import dev.matview.core.RefreshException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How much memory the rows of all views take, and may take, by their own sizes: of the generations that are held, and of
 * what refreshes under way have collected beside them. What would take more is refused before it is there. Indexes have what
 * rows leave: they are never why rows are refused. Thread-safe.
 */
public final class ViewMemory {

    private static final double MEBIBYTE = 1 << 20;

    private final long most;
    private final Sizes held = new Sizes();
    private final Sizes indexes = new Sizes();
    private long collected;
    private volatile Runnable shortage = () -> {};

    /** @param most how many bytes all rows may take */
    public ViewMemory(long most) {
        this.most = most;
    }

    /** Has the listener, which is quick, told whenever indexes are to make room for rows. */
    public void onShortage(Runnable listener) {
        shortage = listener;
    }

    /** Counts what a refresh collects; false when there is no room for it, and it is not counted. */
    public boolean take(long bytes) {
        boolean isShort;
        synchronized (this) {
            if (bytes > most - total()) {
                return false;
            }
            collected += bytes;
            isShort = indexes.sum > most - total();
        }
        if (isShort) {
            shortage.run();
        }
        return true;
    }

    /** What a refresh collected is no longer there, or held as a generation. */
    public synchronized void giveBack(long bytes) {
        collected -= bytes;
    }

    /** The view has a generation of that size, in the place of the one before. */
    public synchronized void hold(String view, long bytes) {
        held.put(view, bytes);
    }

    public synchronized void forget(String view) {
        held.remove(view);
        indexes.remove(view);
    }

    /** How many bytes the indexes of the view may take: what all rows and the indexes of other views leave. */
    public synchronized long roomForIndexes(String view) {
        return Math.max(0, roomBesideViews(view) - collected);
    }

    /** The same, if nothing of what refreshes have collected stays beside what is held. */
    public synchronized long roomBesideViews(String view) {
        long others = indexes.sum - indexes.of(view);
        return Math.max(0, most - held.sum - others);
    }

    /** The view has indexes of that size, in the place of those before. */
    public synchronized void holdIndexes(String view, long bytes) {
        indexes.put(view, bytes);
    }

    private long total() {
        return collected + held.sum;
    }

    /** The size of each view, and what they add up to: it is asked for with every row that is found. */
    private static final class Sizes {

        private final Map<String, Long> views = new HashMap<>();
        private long sum;

        long of(String view) {
            return views.getOrDefault(view, 0L);
        }

        void put(String view, long bytes) {
            sum += bytes - of(view);
            views.put(view, bytes);
        }

        void remove(String view) {
            sum -= of(view);
            views.remove(view);
        }
    }

    /**
     * Looks whether a stored generation can be loaded beside all others.
     *
     * @throws RefreshException when it cannot
     */
    public synchronized void requireRoom(String collection, String view, long bytes) {
        long others = total() - held.of(view);
        if (bytes > most - others) {
            throw tooLarge(collection, "its stored view takes " + mebibytes(bytes), others);
        }
    }

    /** What a refresh fails with that found no room for so much, and has given it back. */
    public synchronized RefreshException tooLarge(String collection, long bytes) {
        return tooLarge(collection, "the rows it has found so far take " + mebibytes(bytes), total());
    }

    private RefreshException tooLarge(String collection, String what, long others) {
        return new RefreshException(
                collection,
                what + ", which with " + mebibytes(others) + " of generations that are kept is more than all views may"
                        + " take in memory, " + mebibytes(most) + " (maxViewBytes, --max-view-bytes). Give its feed a"
                        + " narrower selector, fewer fields or a limit, or the JVM more memory (-Xmx)",
                null);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
    }
}
