package dev.matview.core.internal.refresh;

import dev.matview.core.event.Subscription;
import dev.matview.core.spi.Aggregator;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches the user databases while there is a feed that follows them, and not otherwise: watching thousands of databases
 * costs their server something. Thread-safe; calls wait for one another.
 */
final class ChangeWatch implements AutoCloseable {

    private final Aggregator aggregator;
    private final Consumer<String> listener;
    private @Nullable Subscription watching;
    private boolean closed;

    /** @param listener is told the names of databases that changed */
    ChangeWatch(Aggregator aggregator, Consumer<String> listener) {
        this.aggregator = aggregator;
        this.listener = listener;
    }

    /**
     * Begins or ends to watch, as is needed now. May wait for a server that does not answer.
     *
     * @return whether changes are told from now on that were not told before
     */
    synchronized boolean adjust(BooleanSupplier needed) {
        boolean watches = needed.getAsBoolean() && !closed;
        if (watches && watching == null) {
            watching = aggregator.watch(listener);
            return true;
        }
        if (!watches && watching != null) {
            watching.close();
            watching = null;
        }
        return false;
    }

    @Override
    public synchronized void close() {
        closed = true;
        adjust(() -> false);
    }
}
