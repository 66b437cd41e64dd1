package dev.matview.core;

/**
 * Hears of the answers to a subscribed query. Calls for one subscription follow one another, on any threads; a listener that
 * takes long misses answers in between, never the last. What it throws is logged, and no more.
 */
@FunctionalInterface
public interface PageListener {

    /**
     * The query has another answer than before. What changed since any earlier one that the listener still holds, however
     * many came between, is {@link Page#since(Page)}. One that {@linkplain Page#endsEarly() ends early} is not all of the
     * list that was asked for: such a list cannot be followed.
     */
    void answer(Page page);

    /**
     * The query has no answer now. It is tried again: with the next generation or change; where more of the answer was found,
     * or a database could not be read, before that; and when a feed that is not registered is. After this an answer is given
     * also when it is the same as the last. May be told more than once.
     *
     * @param reason a {@link FeedNotRegisteredException} when the feed was removed; an {@link UnavailableException} while the
     *     view is being built, the registry is being read, or the own database cannot be read; an {@link InvalidQueryException} or a
     *     {@link QueryTimeoutException} when it costs too much; a {@link QueryFailedException} for what nobody expected
     */
    default void refused(QueryException reason) {}
}
