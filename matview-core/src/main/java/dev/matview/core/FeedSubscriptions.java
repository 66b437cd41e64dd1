package dev.matview.core;

import dev.matview.core.event.Subscription;
import java.util.concurrent.Executor;

/** Tells listeners what queries are answered, and each time that changes: the other half of reading. Thread-safe. */
public interface FeedSubscriptions {

    /**
     * Gives the listener the answer to the query now, and again whenever a new generation changes it; or tells it why there
     * is none. The bookmark of the last answer does not expire while the subscription lasts. A refusal ends nothing: when
     * there is an answer, it is given, also of a feed that was removed and is registered again.
     *
     * @param query its bookmark is of no meaning here
     * @throws QueryException when the collection has no feed, or the query exceeds {@link Settings#mango}
     */
    Subscription subscribe(String collection, Query query, PageListener listener);

    /**
     * The same with threads of its own for answers that are not ready. Those that are ready are given on threads that all
     * subscriptions share.
     *
     * @param cold may refuse ({@link java.util.concurrent.RejectedExecutionException}): it is asked again after a second
     */
    Subscription subscribe(String collection, Query query, PageListener listener, Executor cold);

    /**
     * Gives the listener the answer of {@link FeedQueries#queryOwn}, soon, and again when a change of the caller's database
     * changes it. A database that cannot be read is tried again every few seconds. Otherwise as {@link #subscribe}.
     *
     * @throws IllegalArgumentException when the caller has no database
     */
    Subscription subscribeOwn(String collection, Query query, PageListener listener);

    /** The same with threads of its own, as {@link #subscribe(String, Query, PageListener, Executor)}: no answer is ready. */
    Subscription subscribeOwn(String collection, Query query, PageListener listener, Executor cold);

    /**
     * Whether all callers are answered the same, as the feed is defined now: a program that has many who ask alike can
     * subscribe once for all, with {@linkplain dev.matview.core.access.Caller#anonymous() no caller}, so that nobody is shown
     * another's rows should the feed's access be changed. False where no feed is registered.
     */
    boolean isSameForAll(String collection, Query query);
}
