package dev.matview.core.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For backends: who asked to be told of events. A listener that throws is logged and does not keep the others from being told.
 * Thread-safe.
 *
 * @param <E> what they are told
 */
public final class Listeners<E> {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final List<Listener<E>> all = new CopyOnWriteArrayList<>();

    /** Nobody is told yet. */
    public Listeners() {}

    /** Tells the consumer of events until the result is closed. */
    public Subscription add(Consumer<? super E> consumer) {
        Listener<E> listener = new Listener<>(consumer);
        all.add(listener);
        return () -> all.remove(listener);
    }

    /** Whether nobody is to be told. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Tells all listeners. */
    public void tell(E event) {
        all.forEach(listener -> listener.accept(event));
    }

    /**
     * Tells those listeners that have not been told a later event: whoever comes last, the last thing a listener hears
     * is the latest.
     *
     * @param order above zero; higher is later
     */
    public void tellLatest(long order, E event) {
        all.forEach(listener -> listener.acceptLatest(order, event));
    }

    private static final class Listener<E> {
        private final Consumer<? super E> consumer;
        private long latest;

        Listener(Consumer<? super E> consumer) {
            this.consumer = consumer;
        }

        void accept(E event) {
            try {
                consumer.accept(event);
            } catch (RuntimeException e) {
                log.error("A listener failed", e);
            }
        }

        synchronized void acceptLatest(long order, E event) {
            if (order > latest) {
                latest = order;
                accept(event);
            }
        }
    }
}
