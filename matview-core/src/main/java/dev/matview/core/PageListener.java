package dev.matview.core;

import java.util.function.Consumer;

/**
 * Hears of the answers to a subscribed query. Calls for one subscription follow one another, on any threads; one that takes
 * long misses answers in between, never the last.
 */
@FunctionalInterface
public interface PageListener {

    /**
     * The query has another answer than before. One that {@linkplain Page#endsEarly() ends early} is not all of the list
     * that was asked for: such a list cannot be followed.
     */
    void page(Page page);

    /**
     * The query has no answer now: it costs too much ({@link QueryTimeoutException}, and
     * {@link dev.matview.core.mango.MangoException}), or something went wrong that nobody expected. It is tried again with the
     * next generation, and where more of the answer was found, before. Not told while a view has no generation yet, or its feed is not registered.
     */
    default void failed(RuntimeException reason) {}

    /** One that takes answers only. */
    static PageListener of(Consumer<Page> consumer) {
        return consumer::accept;
    }
}
