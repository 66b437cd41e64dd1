package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.DefaultGlobalFeeds;
import dev.matview.core.mango.MangoLimits;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The front door: keeps the views of the registered feeds fresh and answers queries from them. Thread-safe.
 *
 * <p>{@snippet :
 * try (GlobalFeeds feeds = GlobalFeeds.builder()
 *         .registry(FeedRegistry.of(posts))
 *         .aggregator(databases)
 *         .build()) {
 *     feeds.start();
 *     feeds.refresh("posts").join();
 *     Page page = feeds.query("posts", Query.all());
 * }
 * }
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
     * Answers from the current generation of the collection's view, or from the one that the bookmark pins.
     *
     * @throws QueryException when there is no answer: see its subclasses
     * @throws dev.matview.core.mango.MangoException when a regular expression of the query costs too much
     */
    Page query(String collection, Query query);

    /**
     * Answers from the caller's own database, live: the documents that both the feed's selector (or
     * {@code {"collection": …}} where no feed is registered) and the query's select. They are whole unless the query lists
     * fields, and ordered by {@code _id} unless it sorts. A bookmark continues in what is there then.
     *
     * @throws IllegalArgumentException when the caller has no database
     * @throws AggregationException when the database cannot be read
     * @throws InterruptedException when the thread was interrupted
     */
    Page queryOwn(String collection, Query query) throws InterruptedException;

    /**
     * A document of any user, if it is there and the caller may read it: it is the caller's own, or its {@code acl} lets
     * the caller in. It may be a few seconds old.
     */
    Optional<ObjectNode> document(String did, String ref, Caller caller);

    /**
     * Refreshes a feed now, or as soon as the refresh under way is done.
     *
     * @return done when a refresh that began after this call has ended; fails with {@link RefreshException} when it
     *     failed, and with {@link FeedNotRegisteredException}
     */
    CompletableFuture<RefreshResult> refresh(String collection);

    /**
     * Gives the listener the answer to the query now, if there is one, and again whenever a new generation changes it.
     * Calls for one subscription follow one another; a slow listener misses answers in between, never the last. While the
     * feed is not registered there are none; they go on when it is again.
     *
     * @param query its bookmark is of no meaning here
     * @throws FeedNotRegisteredException when the collection has no feed
     */
    Subscription subscribe(String collection, Query query, Consumer<Page> listener);

    /**
     * Gives the listener the answer of {@link #queryOwn}, soon, and again when a change of the caller's database changes
     * it. While the database cannot be read there is no answer, and it is tried again. Otherwise as {@link #subscribe}.
     *
     * @throws IllegalArgumentException when the caller has no database
     */
    Subscription subscribeOwn(String collection, Query query, Consumer<Page> listener);

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

    /**
     * Ends refreshes under way, and closes the registry, the aggregator, the store and the scheduler. Queries fail from
     * then on.
     */
    @Override
    void close();

    /** Builds a {@link GlobalFeeds}. Not thread-safe. */
    final class Builder {
        private @Nullable FeedRegistry registry;
        private @Nullable Aggregator aggregator;
        private @Nullable ViewStore viewStore;
        private @Nullable Scheduler scheduler;
        private DidResolver dids = DidResolver.lastPart();
        private CertificateRules rules = CertificateRules.denied();
        private Settings settings = Settings.defaults();

        private Builder() {}

        /** Where the feeds are defined. Closed with the built object, as are all that follow. */
        public Builder registry(FeedRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Where the user databases are. */
        public Builder aggregator(Aggregator aggregator) {
            this.aggregator = Objects.requireNonNull(aggregator, "aggregator");
            return this;
        }

        /** Where the views are kept; in memory unless set. */
        public Builder viewStore(ViewStore viewStore) {
            this.viewStore = Objects.requireNonNull(viewStore, "viewStore");
            return this;
        }

        /** The time; the system's unless set. */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /** How a DID finds its database; {@link DidResolver#lastPart()} unless set. */
        public Builder dids(DidResolver dids) {
            this.dids = Objects.requireNonNull(dids, "dids");
            return this;
        }

        /** Decides on certificate rules in ACLs; {@link CertificateRules#denied()} unless set. */
        public Builder certificateRules(CertificateRules rules) {
            this.rules = Objects.requireNonNull(rules, "rules");
            return this;
        }

        /** Sizes and times; {@link Settings#defaults()} unless set. */
        public Builder settings(Settings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /** @throws IllegalStateException when the registry or the aggregator is missing */
        public GlobalFeeds build() {
            if (registry == null || aggregator == null) {
                throw new IllegalStateException("a GlobalFeeds needs a registry and an aggregator");
            }
            return DefaultGlobalFeeds.create(registry, aggregator, viewStore, scheduler, dids, rules, settings);
        }
    }

    /**
     * Sizes and times.
     *
     * @param pageSize rows on a page unless the query says how many
     * @param maxPageSize rows on a page at most; a query that asks for more gets as many
     * @param bookmarkGrace how long a generation that a bookmark pins is kept after the next one
     * @param pinnedRows how many rows such generations have together at most; the oldest are given up first
     * @param cacheBytes how much memory ready-made pages take at most
     * @param refreshThreads how many refreshes run at once
     * @param queryTime how long one query may search a view, or wait for documents that it refers to
     * @param referralTime how long a document of another user that a query asked for is kept for the next one
     * @param maxBackoff the longest time between attempts while refreshes fail
     * @param mango bounds of selectors that clients send
     */
    record Settings(
            int pageSize,
            int maxPageSize,
            Duration bookmarkGrace,
            long pinnedRows,
            long cacheBytes,
            int refreshThreads,
            Duration queryTime,
            Duration referralTime,
            Duration maxBackoff,
            MangoLimits mango) {

        /** @throws IllegalArgumentException when a number or duration is not above zero, or a page above the maximum */
        public Settings {
            if (pageSize < 1 || maxPageSize < pageSize) {
                throw new IllegalArgumentException(
                        "page sizes must be above zero and the maximum not below the default: " + pageSize + ", "
                                + maxPageSize);
            }
            if (pinnedRows < 1 || cacheBytes < 1 || refreshThreads < 1) {
                throw new IllegalArgumentException("pinnedRows, cacheBytes and refreshThreads must be above zero");
            }
            if (bookmarkGrace.isNegative()
                    || !isPositive(queryTime)
                    || referralTime.isNegative()
                    || !isPositive(maxBackoff)) {
                throw new IllegalArgumentException(
                        "queryTime and maxBackoff must be above zero, bookmarkGrace and referralTime not below");
            }
        }

        /**
         * Pages of 100 rows, 1,000 at most; bookmarks hold for 5 minutes and 16 million rows; 32 MiB of pages; 2
         * refreshes at once; 2 seconds a query; 5 seconds for a referral; 5 minutes of backoff at most.
         */
        public static Settings defaults() {
            return new Settings(
                    100,
                    1_000,
                    Duration.ofMinutes(5),
                    16_000_000,
                    32L << 20,
                    2,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5),
                    MangoLimits.defaults());
        }

        /** The same with other page sizes. */
        public Settings withPageSizes(int pageSize, int maxPageSize) {
            return new Settings(
                    pageSize,
                    maxPageSize,
                    bookmarkGrace,
                    pinnedRows,
                    cacheBytes,
                    refreshThreads,
                    queryTime,
                    referralTime,
                    maxBackoff,
                    mango);
        }

        /** The same with another grace period for bookmarks. */
        public Settings withBookmarkGrace(Duration bookmarkGrace) {
            return new Settings(
                    pageSize,
                    maxPageSize,
                    bookmarkGrace,
                    pinnedRows,
                    cacheBytes,
                    refreshThreads,
                    queryTime,
                    referralTime,
                    maxBackoff,
                    mango);
        }

        private static boolean isPositive(Duration duration) {
            return !duration.isNegative() && !duration.isZero();
        }
    }
}
