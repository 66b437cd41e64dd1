package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.Budget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Answers queries: the part of a {@link GlobalFeeds} that a program needs which only reads. Thread-safe. Whatever keeps a query from being
 * answered is a {@link QueryException}, save for mistakes in the asking program.
 */
public interface FeedQueries {

    /**
     * Answers from the current generation of the collection's view, or from the one that the bookmark pins. Waits for a
     * refresh only where {@link Query#maxAge} asks for one; an answer that is older all the same has a warning.
     *
     * @throws QueryException when there is no answer: see its subclasses
     */
    default Page query(String collection, Query query) {
        return query(collection, query, budget());
    }

    /**
     * The same with a budget that the caller has made, and may {@linkplain Budget#stop stop} on another thread.
     *
     * @param budget a new one for each query
     * @throws ColdQueryException when it is a {@linkplain #hotBudget hot} one, and does not suffice
     */
    Page query(String collection, Query query, Budget budget);

    /**
     * Answers as {@link #query(String, Query, Budget)} does, and says what that took: for who finds out which indexes a feed
     * should list. It does not make use of pages that are kept, and keeps what it finds.
     *
     * @throws QueryException when there is no answer
     */
    Explanation explain(String collection, Query query, Budget budget);

    /**
     * Answers from the caller's own database, live: the documents that both the feed's selector (or
     * {@code {"collection": …}} where no feed is registered) and the query's select. They are whole unless the query lists
     * fields, and ordered by {@code _id} unless it sorts. A bookmark continues in what is there then.
     *
     * @throws IllegalArgumentException when the caller has no database
     * @throws QueryException when there is no answer, as for {@link #query}: a {@link DatabaseUnavailableException} when the
     *     database cannot be read
     */
    default Page queryOwn(String collection, Query query) {
        return queryOwn(collection, query, budget());
    }

    /**
     * The same with a budget, as {@link #query(String, Query, Budget)}. A {@linkplain #hotBudget hot} one never suffices.
     */
    Page queryOwn(String collection, Query query, Budget budget);

    /**
     * A document of any user, if it is there and the caller may read it: it is the caller's own, or its {@code acl} lets
     * the caller in. It may be a few seconds old.
     */
    default Optional<ObjectNode> document(String did, String ref, Caller caller) {
        return document(did, ref, caller, budget());
    }

    /**
     * The same with a budget. A {@linkplain #hotBudget hot} one suffices for what was asked for a moment ago.
     *
     * @throws QueryException when the budget does not suffice
     */
    Optional<ObjectNode> document(String did, String ref, Caller caller, Budget budget);

    /**
     * Refreshes a feed, if the generation that is served was not known to match its sources within that time; zero asks for a
     * refresh that begins after this call. All who ask share refreshes, and they begin no more often than a continuous
     * feed's do, or once a second: this may be left to whoever may read.
     *
     * @return true when the served generation is that young, perhaps after a refresh; false when that did not come about
     *     within {@link Settings#queryTime}. Fails with {@link FeedNotRegisteredException}. Completed by a thread that must
     *     not be held up
     * @throws IllegalArgumentException when the age is negative
     */
    CompletableFuture<Boolean> refreshIfOlder(String collection, Duration maxAge);

    /** What one query may cost by the settings: its steps, its time of work, and the time it may wait. */
    Budget budget();

    /**
     * What a query may cost on a thread that must not be held up: a few steps, and no waiting. Enough for what is ready or
     * quickly found.
     */
    Budget hotBudget();
}
