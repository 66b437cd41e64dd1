package dev.matview.core.internal.live;

import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.live.Subscriber.Effort;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.search.HeldSelection;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.work.Threads;
import dev.matview.core.mango.Budget;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queries of feeds whose answers are told as they change. A new generation is looked at once for all queries of its feed
 * ({@link LiveFeed}); only those that it concerns are asked again. Thread-safe.
 */
public final class LiveQueries implements AutoCloseable {

    /** For answers that are ready, or nearly. */
    private static final int NOTIFIERS = 4;

    /** For others, of subscribers who brought no threads. */
    private static final int SEARCHERS = 2;

    private final Feeds source;
    private final Scheduler scheduler;
    private final CertificateRules rules;
    private final Supplier<Budget> hotBudget;
    private final Supplier<Budget> budget;
    private final ExecutorService notifier = Threads.named("matview-subscribers", NOTIFIERS);
    private final ExecutorService searcher = Threads.named("matview-searchers", SEARCHERS);
    private final Set<LiveQuery> queries = ConcurrentHashMap.newKeySet();

    /** By collection: those that are asked. Guarded by this. */
    private final Map<String, LiveFeed> feeds = new HashMap<>();

    private final AtomicLong refills = new AtomicLong();
    private volatile boolean closed;

    /** What is asked. */
    public interface Feeds {

        /** What readers of the feed are shown; empty for nothing. */
        Optional<Served> served(String collection);

        /** Calls the listener, which is quick, when there is a new generation, or no feed any more. */
        Subscription listen(String collection, Runnable listener);

        /**
         * The first page of what the query finds; null when nobody is to be told.
         *
         * @param held where what it finds is kept
         */
        @Nullable
        ServedPage read(String collection, Query query, HeldSelection held, Budget budget);

        /** Finds more rows than the page has, where few are left behind it. */
        void refill(String collection, Query query, HeldSelection held, Budget budget);

        /** How many rows the query is given. */
        int limit(Query query);
    }

    public LiveQueries(
            Feeds source,
            Scheduler scheduler,
            CertificateRules rules,
            Supplier<Budget> hotBudget,
            Supplier<Budget> budget) {
        this.source = source;
        this.scheduler = scheduler;
        this.rules = rules;
        this.hotBudget = hotBudget;
        this.budget = budget;
    }

    /** Where answers are searched for unless a subscription has threads of its own. */
    public Executor searcher() {
        return searcher;
    }

    /** How many queries are live. */
    public int size() {
        return queries.size();
    }

    /** How much memory what they have found takes, about. */
    public long bytes() {
        return queries.stream().mapToLong(LiveQuery::bytes).sum();
    }

    /** How often rows were looked for behind a query's page. */
    public long refills() {
        return refills.get();
    }

    /** Gives the listener what the query answers, now and when that changes. */
    public Subscription subscribe(String collection, Query query, PageListener listener, Executor cold) {
        Effort effort = new Effort(notifier, hotBudget, cold, budget);
        LiveQuery live =
                new LiveQuery(collection, query, source, rules, listener, effort, scheduler, refills::incrementAndGet);
        queries.add(live);
        LiveFeed feed = join(collection, live);
        if (closed) {
            live.close();
        }
        live.ask();
        return () -> {
            live.close();
            queries.remove(live);
            leave(collection, feed, live);
        };
    }

    private synchronized LiveFeed join(String collection, LiveQuery query) {
        LiveFeed feed = feeds.computeIfAbsent(collection, name -> new LiveFeed(() -> source.served(name), notifier));
        if (feed.isEmpty()) {
            feed.listening(source.listen(collection, feed));
        }
        feed.add(query);
        return feed;
    }

    private synchronized void leave(String collection, LiveFeed feed, LiveQuery query) {
        if (feed.remove(query) && feed.isEmpty()) {
            feed.close();
            feeds.remove(collection, feed);
        }
    }

    /** Nobody is told anything more. */
    @Override
    public void close() {
        closed = true;
        queries.forEach(LiveQuery::close);
        notifier.shutdownNow();
        searcher.shutdownNow();
    }
}
