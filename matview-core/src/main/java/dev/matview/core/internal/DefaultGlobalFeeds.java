package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Aggregator;
import dev.matview.core.Caller;
import dev.matview.core.CertificateRules;
import dev.matview.core.DidResolver;
import dev.matview.core.Expansion;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedRegistry;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.Scheduler;
import dev.matview.core.Settings;
import dev.matview.core.Subscription;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.ViewStore;
import dev.matview.core.internal.LiveView.Served;
import dev.matview.core.mango.Selector;
import dev.matview.core.memory.InMemoryViewStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts registry, worker and reader together. */
public final class DefaultGlobalFeeds implements GlobalFeeds {

    /** What a client is told to wait for a view that is being built. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** A subscriber's query may search a view, or wait for documents it refers to: one thread would let all others wait. */
    private static final int NOTIFIERS = 4;

    private final FeedRegistry registry;
    private final Aggregator aggregator;
    private final ViewStore store;
    private final Scheduler scheduler;
    private final Settings settings;
    private final Worker worker;
    private final Referrals referrals;
    private final FeedReader reader;
    private final OwnReader ownReader;
    private final FreshReads fresh;
    private final ExecutorService notifier;
    private final OwnSubscriptions ownSubscriptions;

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private volatile Phase phase = Phase.NEW;
    private Subscription registryWatch = () -> {};

    private DefaultGlobalFeeds(
            FeedRegistry registry,
            Aggregator aggregator,
            ViewStore store,
            Scheduler scheduler,
            DidResolver dids,
            CertificateRules rules,
            Settings settings) {
        this.registry = registry;
        this.aggregator = aggregator;
        this.store = store;
        this.scheduler = scheduler;
        this.settings = settings;
        Timetable timetable = new Timetable(settings.maxBackoff(), new SplittableRandom());
        Expander expander = new Expander(aggregator, dids);
        StoreKeys keys = new StoreKeys(store, scheduler, settings.queryTime());
        this.worker = new Worker(aggregator, store, keys, scheduler, settings, timetable, expander);
        this.referrals = new Referrals(aggregator, dids, rules, scheduler, settings);
        PageRenderer renderer = new PageRenderer(dids, rules, referrals);
        PageReader pages = new PageReader(settings, scheduler, rules, renderer);
        this.reader = new FeedReader(settings, keys, pages, rules, dids);
        this.ownReader = new OwnReader(aggregator, settings, scheduler, keys, renderer);
        this.fresh = new FreshReads(worker, scheduler, settings.queryTime());
        this.notifier = OwnSubscriptions.threads("matview-subscribers", NOTIFIERS);
        this.ownSubscriptions = new OwnSubscriptions(aggregator, scheduler);
    }

    /** @see GlobalFeeds.Builder#build() */
    public static GlobalFeeds create(
            FeedRegistry registry,
            Aggregator aggregator,
            @Nullable ViewStore store,
            @Nullable Scheduler scheduler,
            DidResolver dids,
            CertificateRules rules,
            Settings settings) {
        return new DefaultGlobalFeeds(
                registry,
                aggregator,
                store == null ? new InMemoryViewStore() : store,
                scheduler == null ? Scheduler.system() : scheduler,
                dids,
                rules,
                settings);
    }

    @Override
    public synchronized void start() {
        if (phase != Phase.NEW) {
            throw new IllegalStateException("a GlobalFeeds is started once");
        }
        // Watched first: a change while the feeds are being loaded is then taken over after them.
        registryWatch = registry.watch(this::registryChanged);
        worker.start(registry.contents().feeds());
        phase = Phase.STARTED;
        // Only now: a server that does not answer lets this wait, and what the store held is served meanwhile.
        worker.followChanges();
    }

    private synchronized void registryChanged(FeedRegistry.Contents contents) {
        if (phase != Phase.CLOSED) {
            worker.registered(contents.feeds());
        }
    }

    @Override
    public Page query(String collection, Query query) {
        FeedTask task = task(collection);
        Duration age = query.bookmark() == null ? query.maxAge() : null;
        boolean young = age == null || fresh.await(collection, age);
        return reader.query(task, served(task, collection), query, young ? null : FreshReads.WARNING);
    }

    private static Served served(FeedTask task, String collection) {
        return task.served().orElseThrow(() -> new ViewNotReadyException(collection, RETRY_AFTER));
    }

    @Override
    public Page queryOwn(String collection, Query query) throws InterruptedException {
        return answerOwn(collection, ownDatabase(query), query);
    }

    private static String ownDatabase(Query query) {
        String database = query.caller().database();
        if (database == null) {
            throw new IllegalArgumentException("the caller has no database of its own");
        }
        return database;
    }

    private Answer answerOwn(String collection, String database, Query query) throws InterruptedException {
        requireOpen();
        Selector selector = worker.task(collection)
                .map(task -> task.feed.selector())
                .orElseGet(() -> Selector.compile(Json.object().put("collection", collection)));
        return ownReader.query(collection, database, selector, query);
    }

    @Override
    public Optional<ObjectNode> document(String did, String ref, Caller caller) {
        requireOpen();
        return referrals.document(new Expansion("", did, ref, null, null), caller);
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
        return worker.task(collection).orElseThrow(() -> new FeedNotRegisteredException(collection));
    }

    @Override
    public CompletableFuture<RefreshResult> refresh(String collection) {
        return worker.refresh(collection);
    }

    @Override
    public CompletableFuture<Boolean> refreshIfOlder(String collection, Duration maxAge) {
        return fresh.refreshIfOlder(collection, maxAge);
    }

    @Override
    public Subscription subscribe(String collection, Query query, Consumer<Page> listener) {
        task(collection);
        Subscriber subscriber = new Subscriber(() -> answer(collection, query), listener, notifier);
        Subscription listening = worker.listen(collection, subscriber);
        subscriber.run();
        return () -> {
            subscriber.close();
            listening.close();
        };
    }

    /** A subscription follows the view: it makes nobody refresh it, and begins with its first page. */
    private Answer answer(String collection, Query query) {
        FeedTask task = task(collection);
        return reader.query(task, served(task, collection), query, null);
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, Consumer<Page> listener) {
        String database = ownDatabase(query);
        requireOpen();
        return ownSubscriptions.subscribe(database, () -> answerOwn(collection, database, query), listener);
    }

    @Override
    public FeedStatus status(String collection) {
        return status(task(collection));
    }

    @Override
    public List<FeedStatus> status() {
        return worker.tasks().stream()
                .map(this::status)
                .sorted(Comparator.comparing(status -> status.feed().collection()))
                .toList();
    }

    @Override
    public List<FeedRegistry.Problem> registryProblems() {
        return registry.contents().problems();
    }

    @Override
    public Settings settings() {
        return settings;
    }

    private FeedStatus status(FeedTask task) {
        Optional<Served> served = task.served();
        Instant now = scheduler.instant();
        synchronized (worker) {
            return new FeedStatus(
                    task.feed,
                    served.map(s -> s.view(Math.min(
                                    s.snapshot().rows().length, s.feed().limit().orElse(Integer.MAX_VALUE))))
                            .orElse(null),
                    served.map(s -> Duration.between(s.coverage().verifiedAt(), now))
                            .orElse(null),
                    task.progress(),
                    task.running ? null : task.due,
                    task.failures,
                    task.lastFailure,
                    served.map(s -> s.coverage().behind()).orElse(Map.of()));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.CLOSED;
        }
        registryWatch.close();
        registry.close();
        worker.close();
        notifier.shutdownNow();
        ownSubscriptions.close();
        aggregator.close();
        store.close();
        scheduler.close();
    }
}
