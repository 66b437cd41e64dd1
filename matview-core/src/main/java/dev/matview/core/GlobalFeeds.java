package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.DefaultGlobalFeeds;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The front door: keeps the views of the registered feeds fresh and answers queries from them. Thread-safe.
 *
 * <p>Whoever builds a thing closes it. One {@code try} opens all, and closes them in the opposite order:
 *
 * <pre>{@code
 * try (CouchCluster cluster = CouchCluster.builder(url).build();
 *         Aggregator databases = CouchAggregator.of(cluster);
 *         GlobalFeeds feeds = GlobalFeeds.builder()
 *                 .registry(FeedRegistry.of(posts))
 *                 .aggregator(databases)
 *                 .build()) {
 *     feeds.start();
 *     feeds.awaitReady(Duration.ofSeconds(30));
 *     Page page = feeds.query("posts", Query.all());
 * }
 * }</pre>
 */
public interface GlobalFeeds extends AutoCloseable {

    /** A builder; a registry and an aggregator must be given, views are kept in memory unless a store is given. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Begins to serve what the store holds of the feeds as they are defined now, and to refresh. Returns at once, whatever
     * does not answer: what a feed has is loaded in the background.
     *
     * @throws IllegalStateException when it was started or closed before
     */
    void start();

    /**
     * Waits until the registry was read and every feed in it has a generation that queries are answered from. A feed whose
     * first refresh failed is not waited for, though it is tried again in the background; nor is one that is not registered
     * yet. For programs that query right after {@link #start}, and for tests.
     *
     * @param timeout by the scheduler's clock; zero or less asks without waiting
     * @return true when every feed has a generation; false when a first refresh failed, or the time is over: {@link
     *     #status()} says of which feed, and why
     * @throws IllegalStateException when it was not started, or is closed, also while it is waited for
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    boolean awaitReady(Duration timeout) throws InterruptedException;

    /**
     * Answers from the current generation of the collection's view, or from the one that the bookmark pins. Waits for a
     * refresh only where {@link Query#maxAge} asks for one; an answer that is older all the same has a warning.
     *
     * @throws QueryException when there is no answer: see its subclasses
     * @throws dev.matview.core.mango.MangoException when selector, fields or sort exceed {@link Settings#mango}, or a regular
     *     expression costs too much
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

    /** What one query may cost by the settings: its steps, its time of work, and the time it may wait. */
    Budget budget();

    /**
     * What a query may cost on a thread that must not be held up: a few steps, and no waiting. Enough for what is ready or
     * quickly found.
     */
    Budget hotBudget();

    /**
     * The pages of an answer, one after the other, read when the stream gets to them: each follows the bookmark of the one
     * before, and an empty page ends it. All are of one generation, which they stay on whatever is refreshed meanwhile.
     *
     * <p>The generation is kept for {@link Settings#bookmarkGrace} after the next one, and may be given up earlier for want
     * of memory. A stream that gets to a page after that throws {@link BookmarkExpiredException}, out of its terminal
     * operation: what it has given is right, and the rest is to be had by a new stream only, of the generation then served.
     *
     * @param query begins where its bookmark, if it has one, or else its number of rows to skip says; its limit is that of
     *     each page, and each page may cost what one query may
     * @return sequential; holds nothing that needs to be closed. Its terminal operation throws what {@link #query} does
     */
    default Stream<Page> pages(String collection, Query query) {
        return StreamSupport.stream(new Pages(next -> query(collection, next), query), false);
    }

    /**
     * Answers from the caller's own database, live: the documents that both the feed's selector (or
     * {@code {"collection": …}} where no feed is registered) and the query's select. They are whole unless the query lists
     * fields, and ordered by {@code _id} unless it sorts. A bookmark continues in what is there then.
     *
     * @throws IllegalArgumentException when the caller has no database
     * @throws QueryException when there is no answer
     * @throws AggregationException when the database cannot be read, or too many others are being read
     * @throws InterruptedException when the thread was interrupted
     */
    default Page queryOwn(String collection, Query query) throws InterruptedException {
        return queryOwn(collection, query, budget());
    }

    /**
     * The same with a budget, as {@link #query(String, Query, Budget)}. A {@linkplain #hotBudget hot} one never suffices.
     */
    Page queryOwn(String collection, Query query, Budget budget) throws InterruptedException;

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
     * Refreshes a feed now, or as soon as the refresh under way is done.
     *
     * @return done when a refresh that began after this call has ended; fails with {@link RefreshException} when it
     *     failed, and with {@link FeedNotRegisteredException}
     */
    CompletableFuture<RefreshResult> refresh(String collection);

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

    /** Tells the listener how each refresh ends, until the result is closed. It may be asked for before the start. */
    Subscription onRefresh(RefreshListener listener);

    /**
     * Gives the listener the answer to the query now, if there is one, and again whenever a new generation changes it.
     * Calls for one subscription follow one another; a slow listener misses answers in between, never the last. The bookmark
     * of the last answer does not expire while the subscription lasts. While the feed is not registered there are no
     * answers; they go on when it is again.
     *
     * @param query its bookmark is of no meaning here
     * @throws FeedNotRegisteredException when the collection has no feed
     */
    Subscription subscribe(String collection, Query query, Consumer<Page> listener);

    /**
     * The same for a listener that also hears why there is no answer, and with threads of its own for answers that are not
     * ready. Those that are ready are given on threads that all subscriptions share.
     *
     * @param cold may refuse ({@link java.util.concurrent.RejectedExecutionException}): it is asked again after a second
     */
    Subscription subscribe(String collection, Query query, PageListener listener, Executor cold);

    /**
     * Gives the listener the answer of {@link #queryOwn}, soon, and again when a change of the caller's database changes
     * it. While the database cannot be read there is no answer, and it is tried again. Otherwise as {@link #subscribe}.
     *
     * @throws IllegalArgumentException when the caller has no database
     */
    Subscription subscribeOwn(String collection, Query query, Consumer<Page> listener);

    /** The same with threads of its own, as {@link #subscribe(String, Query, PageListener, Executor)}: no answer is ready. */
    Subscription subscribeOwn(String collection, Query query, PageListener listener, Executor cold);

    /**
     * Whether it is known which feeds there are, see {@link FeedRegistry#isRead}. Until then whoever asks for a feed that is
     * not there gets {@link RegistryNotReadyException} instead of {@link FeedNotRegisteredException}.
     */
    boolean isRegistryRead();

    /** @throws FeedNotRegisteredException when the collection has no feed */
    FeedStatus status(String collection);

    /** The status of every feed, by collection. */
    List<FeedStatus> status();

    /**
     * The stored views that no registered feed has: somebody may drop them, or another program that shares the store may use
     * them. Nothing drops them by itself. Asks the store, and waits for it a moment: where it does not answer, what it
     * answered last, and nothing until the registry was read.
     */
    List<ViewEntry> unusedViews();

    /**
     * What is wrong in the registry at the moment, and so not in force; what it said before may still be. None in a registry
     * that is right. A problem may quote a short value of the definition: it is for those who may read the registry.
     */
    List<FeedRegistry.Problem> registryProblems();

    /** What it was built with. */
    Settings settings();

    /**
     * Ends refreshes under way, tells subscribers nothing more, and closes what {@link Builder#build} made itself: a store
     * or a scheduler that was not given. What was given stays open, and whoever built it closes it, afterwards or before:
     * either is harmless. Queries fail from then on. Closing again does nothing.
     */
    @Override
    void close();

    /** Builds a {@link GlobalFeeds}. Not thread-safe. */
    final class Builder {
        private @Nullable FeedRegistry registry;
        private @Nullable Aggregator aggregator;
        private @Nullable ViewStore viewStore;
        private @Nullable Scheduler scheduler;
        private UserDatabases users = UserDatabases.standard();
        private CertificateRules rules = CertificateRules.denied();
        private Settings settings = Settings.defaults();

        private Builder() {}

        /** Where the feeds are defined. It is not closed with the feeds. */
        public Builder registry(FeedRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Where the user databases are. It is not closed with the feeds. */
        public Builder aggregator(Aggregator aggregator) {
            this.aggregator = Objects.requireNonNull(aggregator, "aggregator");
            return this;
        }

        /** Where the views are kept; in memory unless set. One that is given is not closed with the feeds. */
        public Builder viewStore(ViewStore viewStore) {
            this.viewStore = Objects.requireNonNull(viewStore, "viewStore");
            return this;
        }

        /** The time; the system's unless set. One that is given is not closed with the feeds. */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * Whose database is which, for references, and for feeds that do not say what databases they cover; {@link
         * UserDatabases#standard()} unless set.
         */
        public Builder userDatabases(UserDatabases users) {
            this.users = Objects.requireNonNull(users, "users");
            return this;
        }

        /** Decides on certificate rules in ACLs; {@link CertificateRules#denied()} unless set. */
        public Builder certificateRules(CertificateRules rules) {
            this.rules = Objects.requireNonNull(rules, "rules");
            return this;
        }

        /** Sizes, times and bounds; {@link Settings#defaults()} unless set. */
        public Builder settings(Settings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * What has been set, put together; a store and a scheduler that were not are made, and closed with the feeds.
         *
         * @throws IllegalStateException when the registry or the aggregator is missing
         */
        public GlobalFeeds build() {
            if (registry == null || aggregator == null) {
                throw new IllegalStateException("a GlobalFeeds needs a registry and an aggregator");
            }
            return DefaultGlobalFeeds.create(registry, aggregator, viewStore, scheduler, users, rules, settings);
        }
    }
}
