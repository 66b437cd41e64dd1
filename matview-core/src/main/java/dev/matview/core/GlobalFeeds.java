package dev.matview.core;

import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.DefaultGlobalFeeds;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
public interface GlobalFeeds extends FeedQueries, FeedSubscriptions, AutoCloseable {

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
     * Refreshes a feed now, or as soon as the refresh under way is done.
     *
     * @return done when a refresh that began after this call has ended; fails with {@link RefreshException} when it
     *     failed, and with {@link FeedNotRegisteredException}
     */
    CompletableFuture<RefreshResult> refresh(String collection);

    /** Tells the listener how each refresh ends, until the result is closed. It may be asked for before the start. */
    Subscription onRefresh(RefreshListener listener);

    /**
     * Whether it is known which feeds there are, see {@link FeedRegistry#isRead}. Until then whoever asks for a feed that is
     * not there gets {@link RegistryNotReadyException} instead of {@link FeedNotRegisteredException}.
     */
    boolean isRegistryRead();

    /** @throws FeedNotRegisteredException when the collection has no feed */
    FeedStatus status(String collection);

    /** The status of every feed, by collection. */
    List<FeedStatus> status();

    /** What is kept so that queries cost little. */
    ReadStatus reads();

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
            return new DefaultGlobalFeeds(registry, aggregator, viewStore, scheduler, users, rules, settings);
        }
    }
}
