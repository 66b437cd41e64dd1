package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Explanation;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.ReadStatus;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.RegistryNotReadyException;
import dev.matview.core.Settings;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.live.LiveQueries;
import dev.matview.core.internal.own.OwnDatabase;
import dev.matview.core.internal.own.OwnReader;
import dev.matview.core.internal.own.OwnSubscriptions;
import dev.matview.core.internal.read.PageReader;
import dev.matview.core.internal.read.PageRenderer;
import dev.matview.core.internal.read.QueryLimits;
import dev.matview.core.internal.read.Referrals;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.refresh.Expander;
import dev.matview.core.internal.refresh.FeedTask;
import dev.matview.core.internal.refresh.FreshReads;
import dev.matview.core.internal.refresh.Worker;
import dev.matview.core.internal.schedule.Timetable;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Selector;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts registry, worker and reader together. */
public final class DefaultGlobalFeeds implements GlobalFeeds {

    /** What a client is told to wait for a view that is being built, or a registry that is being read. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final FollowedRegistry registry;
    private final @Nullable ViewStore ownStore;
    private final @Nullable Scheduler ownScheduler;
    private final Scheduler scheduler;
    private final Settings settings;
    private final Worker worker;
    private final Referrals referrals;
    private final PageReader pages;
    private final FeedReader reader;
    private final OwnReader ownReader;
    private final FreshReads fresh;
    private final LiveQueries live;
    private final OwnSubscriptions ownSubscriptions;
    private final UnusedViews unusedViews;

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private volatile Phase phase = Phase.NEW;

    /**
     * @param givenStore null for one in memory of its own
     * @param givenScheduler null for the system's, of its own
     * @see GlobalFeeds.Builder#build()
     */
    public DefaultGlobalFeeds(
            FeedRegistry registry,
            Aggregator aggregator,
            @Nullable ViewStore givenStore,
            @Nullable Scheduler givenScheduler,
            UserDatabases users,
            CertificateRules rules,
            Settings settings) {
        this.ownStore = givenStore == null ? new InMemoryViewStore() : null;
        this.ownScheduler = givenScheduler == null ? Scheduler.system() : null;
        ViewStore store = Objects.requireNonNullElse(givenStore, ownStore);
        this.scheduler = Objects.requireNonNullElse(givenScheduler, ownScheduler);
        this.settings = settings;
        Timetable timetable = new Timetable(settings.maxBackoff(), new SplittableRandom());
        Expander expander = new Expander(aggregator, users);
        StoreKeys keys = new StoreKeys(store, scheduler, settings.queryTime());
        this.worker = new Worker(aggregator, store, users, keys, scheduler, settings, timetable, expander);
        if (store instanceof PagedViewStore paged) {
            paged.keepFor(settings.bookmarkGrace());
        }
        this.registry = new FollowedRegistry(registry, over(store, users, rules), worker);
        this.referrals = new Referrals(aggregator, users, rules, scheduler, settings);
        PageRenderer renderer = new PageRenderer(users, rules, referrals, settings);
        this.pages = new PageReader(settings, rules, renderer, scheduler);
        this.reader = new FeedReader(settings, keys, pages, rules, users);
        this.ownReader =
                new OwnReader(new OwnDatabase(aggregator, settings, scheduler), settings, scheduler, keys, renderer);
        this.fresh = new FreshReads(worker, scheduler, settings.queryTime());
        this.live = new LiveQueries(
                new FollowedFeeds(worker, reader, this::unlessClosed, this::task),
                scheduler,
                rules,
                this::hotBudget,
                this::budget);
        this.ownSubscriptions = new OwnSubscriptions(aggregator, scheduler, settings.ownReaders(), this::budget);
        this.unusedViews = new UnusedViews(store);
    }

    /** What feeds are over that store; those that it cannot serve are refused. */
    private static FollowedRegistry.Ground over(ViewStore store, UserDatabases users, CertificateRules rules) {
        boolean isPaged = store instanceof PagedViewStore;
        return new FollowedRegistry.Ground(users, isPaged, isPaged && rules != CertificateRules.denied());
    }

    @Override
    public synchronized void start() {
        if (phase != Phase.NEW) {
            throw new IllegalStateException("a GlobalFeeds is started once");
        }
        registry.start();
        phase = Phase.STARTED;
    }

    @Override
    public boolean isRegistryRead() {
        return registry.isRead();
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        if (phase == Phase.NEW) {
            throw new IllegalStateException("no feed gets ready before start()");
        }
        return worker.readiness().await(scheduler, timeout, this::ready);
    }

    private Optional<Boolean> ready() {
        requireOpen();
        return registry.isRead() ? worker.isReady() : Optional.empty();
    }

    @Override
    public Budget budget() {
        return Budget.of(settings.querySteps(), settings.queryTime(), settings.waitTime(), scheduler);
    }

    @Override
    public Budget hotBudget() {
        return Budget.hot(settings.hotSteps());
    }

    @Override
    public Page query(String collection, Query query, Budget budget) {
        Query bounded = QueryLimits.within(settings.mango(), query);
        return QueryLimits.within(budget, () -> answer(collection, bounded, budget));
    }

    private Page answer(String collection, Query query, Budget budget) {
        FeedTask task = task(collection);
        String warning = refreshed(task, query, budget);
        return reader.query(task, served(task, collection), query, warning, budget);
    }

    /** Waits for a refresh where the query asks for one; null, or what is to be said with the answer. */
    private @Nullable String refreshed(FeedTask task, Query query, Budget budget) {
        Duration age = query.bookmark() == null ? query.maxAge() : null;
        boolean young = age == null || fresh.await(task, age, budget);
        return young ? null : FreshReads.WARNING;
    }

    @Override
    public Explanation explain(String collection, Query query, Budget budget) {
        Query bounded = QueryLimits.within(settings.mango(), query);
        return QueryLimits.within(budget, () -> {
            FeedTask task = task(collection);
            String warning = refreshed(task, bounded, budget);
            return reader.explain(task, served(task, collection), bounded, warning, budget);
        });
    }

    static Served served(FeedTask task, String collection) {
        return task.served().orElseThrow(() -> task.notReady(RETRY_AFTER));
    }

    @Override
    public Page queryOwn(String collection, Query query, Budget budget) {
        String database = ownDatabase(query);
        requireOpen();
        return answerOwn(collection, database, QueryLimits.within(settings.mango(), query), budget);
    }

    private static String ownDatabase(Query query) {
        String database = query.caller().database();
        if (database == null) {
            throw new IllegalArgumentException("the caller has no database of its own");
        }
        return database;
    }

    private ServedPage answerOwn(String collection, String database, Query query, Budget budget) {
        requireOpen();
        // With a feed that is not known yet, it would select something else.
        Selector selector = find(collection)
                .map(task -> task.feed().selector())
                .orElseGet(() -> Selector.compile(Json.object().put("collection", collection)));
        return QueryLimits.withinWait(budget, () -> ownReader.query(collection, database, selector, query, budget));
    }

    @Override
    public Optional<ObjectNode> document(String did, String ref, Caller caller, Budget budget) {
        requireOpen();
        return QueryLimits.within(budget, () -> referrals.document(new Expansion("", did, ref), caller, budget));
    }

    private void requireOpen() {
        if (phase == Phase.CLOSED) {
            throw new IllegalStateException("closed");
        }
    }

    private FeedTask task(String collection) {
        requireOpen();
        if (phase == Phase.NEW) {
            throw new ViewNotReadyException(collection, RETRY_AFTER);
        }
        return find(collection).orElseThrow(() -> new FeedNotRegisteredException(collection));
    }

    /**
     * The feed, if there is one.
     *
     * @throws RegistryNotReadyException when it is not known whether there is
     */
    private Optional<FeedTask> find(String collection) {
        // Asked first: a feed that is not there when it was known which there are is not registered.
        boolean known = registry.isRead();
        Optional<FeedTask> task = worker.task(collection);
        if (task.isEmpty() && !known) {
            throw new RegistryNotReadyException(RETRY_AFTER);
        }
        return task;
    }

    private <T> CompletableFuture<T> ifKnown(String collection, Supplier<CompletableFuture<T>> asked) {
        try {
            find(collection);
            return asked.get();
        } catch (RegistryNotReadyException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<RefreshResult> refresh(String collection) {
        return ifKnown(collection, () -> worker.refresh(collection));
    }

    @Override
    public Subscription onRefresh(RefreshListener listener) {
        return worker.onRefresh(listener);
    }

    @Override
    public CompletableFuture<Boolean> refreshIfOlder(String collection, Duration maxAge) {
        return ifKnown(collection, () -> fresh.refreshIfOlder(collection, maxAge));
    }

    @Override
    public Subscription subscribe(String collection, Query query, PageListener listener) {
        return subscribe(collection, query, listener, live.searcher());
    }

    @Override
    public Subscription subscribe(String collection, Query query, PageListener listener, Executor cold) {
        task(collection);
        // It begins with the first page, whatever a bookmark says.
        Query bounded = QueryLimits.within(settings.mango(), query).toBuilder()
                .bookmark(null)
                .build();
        return live.subscribe(collection, bounded, listener, cold);
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, PageListener listener) {
        return subscribeOwn(collection, query, listener, ownSubscriptions.readers());
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, PageListener listener, Executor cold) {
        String database = ownDatabase(query);
        requireOpen();
        Query bounded = QueryLimits.within(settings.mango(), query);
        return ownSubscriptions.subscribe(
                database,
                budget -> unlessClosed(() -> answerOwn(collection, database, bounded, budget)),
                listener,
                cold);
    }

    /** No answer, and no complaint, once this is closed: nobody waits for it any more. */
    private @Nullable ServedPage unlessClosed(Supplier<ServedPage> query) {
        try {
            return phase == Phase.CLOSED ? null : query.get();
        } catch (RuntimeException e) {
            if (phase == Phase.CLOSED) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public boolean isSameForAll(String collection, Query query) {
        return query.expand().isEmpty()
                && worker.task(collection).filter(FeedTask::isSameForAll).isPresent();
    }

    @Override
    public FeedStatus status(String collection) {
        return worker.status(task(collection));
    }

    @Override
    public List<FeedStatus> status() {
        return worker.tasks().stream()
                .map(worker::status)
                .sorted(Comparator.comparing(status -> status.feed().collection()))
                .toList();
    }

    @Override
    public ReadStatus reads() {
        return ReadReport.of(pages, live, worker.pinned());
    }

    @Override
    public List<ViewEntry> unusedViews() {
        if (!registry.isRead() || phase == Phase.CLOSED) {
            return List.of();
        }
        return unusedViews.besides(
                worker.tasks().stream().map(task -> task.feed().viewName()).collect(Collectors.toSet()));
    }

    @Override
    public List<FeedRegistry.Problem> registryProblems() {
        return registry.problems();
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.CLOSED;
        }
        worker.readiness().changed();
        registry.close();
        live.close();
        worker.close();
        ownSubscriptions.close();
        unusedViews.close();
        if (ownStore != null) {
            ownStore.close();
        }
        if (ownScheduler != null) {
            ownScheduler.close();
        }
    }
}
