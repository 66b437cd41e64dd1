package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Aggregator;
import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.Caller;
import dev.matview.core.CertificateRules;
import dev.matview.core.DidResolver;
import dev.matview.core.Expansion;
import dev.matview.core.FeedDefinition;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedRegistry;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.LeftOut;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.RefreshResult;
import dev.matview.core.RegistryNotReadyException;
import dev.matview.core.Row;
import dev.matview.core.Scheduler;
import dev.matview.core.Subscription;
import dev.matview.core.ViewEntry;
import dev.matview.core.ViewFormatException;
import dev.matview.core.ViewHead;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.ViewStore;
import dev.matview.core.internal.Answer.CachedPage;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts registry, worker and reader together. */
public final class DefaultGlobalFeeds implements GlobalFeeds {

    /** What a client is told to wait for a view that is being built. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** A subscriber's query may search a view, or wait for documents it refers to: one thread would let all others wait. */
    private static final int NOTIFIERS = 4;

    /** Stands for the generation in answers from a user's own database, which has none. */
    private static final String OWN = "own";

    private final FeedRegistry registry;
    private final Aggregator aggregator;
    private final ViewStore store;
    private final Scheduler scheduler;
    private final Settings settings;
    private final Worker worker;
    private final Referrals referrals;
    private final PageRenderer renderer;
    private final PageReader reader;
    private final ExecutorService notifier;
    private final OwnSubscriptions ownSubscriptions;
    private final UnusedViews unusedViews;

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private volatile Phase phase = Phase.NEW;
    private volatile boolean registryRead;
    private Subscription registryWatch = () -> {};

    private DefaultGlobalFeeds(
            FeedRegistry registry,
            Aggregator aggregator,
            ViewStore store,
            Scheduler scheduler,
            DidResolver dids,
            CertificateRules rules,
            Settings settings,
            int format,
            long maxViewBytes) {
        this.registry = registry;
        this.aggregator = aggregator;
        this.store = store;
        this.scheduler = scheduler;
        this.settings = settings;
        Timetable timetable = new Timetable(settings.maxBackoff(), new SplittableRandom());
        Expander expander = new Expander(aggregator, dids);
        this.worker = new Worker(aggregator, store, scheduler, settings, timetable, expander, format, maxViewBytes);
        this.referrals = new Referrals(aggregator, dids, rules, scheduler, settings);
        this.renderer = new PageRenderer(dids, rules, referrals);
        this.reader = new PageReader(settings, scheduler, rules, renderer);
        this.notifier = OwnSubscriptions.threads("matview-subscribers", NOTIFIERS);
        this.ownSubscriptions = new OwnSubscriptions(aggregator, scheduler);
        this.unusedViews = new UnusedViews(store);
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
        return create(
                registry, aggregator, store, scheduler, dids, rules, settings, ViewHead.FORMAT, ViewMemory.ofHeap());
    }

    /** The same as a version of matview would be that makes views of that format. */
    static GlobalFeeds create(
            FeedRegistry registry,
            Aggregator aggregator,
            @Nullable ViewStore store,
            @Nullable Scheduler scheduler,
            DidResolver dids,
            CertificateRules rules,
            Settings settings,
            int format,
            long maxViewBytes) {
        return new DefaultGlobalFeeds(
                registry,
                aggregator,
                store == null ? new InMemoryViewStore() : store,
                scheduler == null ? Scheduler.system() : scheduler,
                dids,
                rules,
                settings,
                format,
                maxViewBytes);
    }

    @Override
    public synchronized void start() {
        if (phase != Phase.NEW) {
            throw new IllegalStateException("a GlobalFeeds is started once");
        }
        // Watched first: a change meanwhile waits for this, and is taken over after what there is now.
        registryWatch = registry.watch(this::registryChanged);
        boolean read = registry.isRead();
        worker.registered(registry.contents().feeds());
        registryRead = read;
        phase = Phase.STARTED;
    }

    @Override
    public boolean isRegistryRead() {
        return registryRead;
    }

    private synchronized void registryChanged(FeedRegistry.Contents contents) {
        if (phase != Phase.CLOSED) {
            worker.registered(contents.feeds());
            // After its feeds are there: none of them is denied in between.
            registryRead = registry.isRead();
        }
    }

    @Override
    public Page query(String collection, Query query) {
        FeedTask task = task(collection);
        Served served = task.served().orElseThrow(() -> new ViewNotReadyException(collection, RETRY_AFTER));
        int offset = query.skip();
        if (query.bookmark() != null) {
            Bookmark bookmark = Bookmark.decode(query.bookmark(), query);
            served = task.generation(bookmark.tag()).orElseThrow(BookmarkExpiredException::new);
            offset = (int) Math.min(Integer.MAX_VALUE, (long) bookmark.offset() + offset);
        }
        FeedDefinition feed = served.feed();
        Snapshot snapshot = served.snapshot();
        CachedPage page = reader.page(feed, snapshot, query, offset, limit(query));
        int end = (int) Math.min(Integer.MAX_VALUE, (long) offset + page.ids().size());
        return new Answer(
                page,
                snapshot.tag(),
                Bookmark.of(snapshot, end, query).encode(),
                served.view(reader.visibleRows(feed, snapshot, query.caller())));
    }

    @Override
    public Page queryOwn(String collection, Query query) throws InterruptedException {
        String database = query.caller().database();
        if (database == null) {
            throw new IllegalArgumentException("the caller has no database of its own");
        }
        requireOpen();
        if (worker.task(collection).isEmpty() && !registryRead) {
            // With a feed, it would select something else.
            throw notRegistered(collection);
        }
        Selector selector = worker.task(collection)
                .map(task -> task.feed.selector())
                .orElseGet(() -> Selector.compile(Json.object().put("collection", collection)));
        List<Row> rows = OwnDatabase.read(aggregator, database, selector.and(query.selector()), query);
        int offset = query.skip();
        if (query.bookmark() != null) {
            offset = (int) Math.min(
                    Integer.MAX_VALUE,
                    (long) Bookmark.decode(query.bookmark(), query).offset() + offset);
        }
        int from = Math.min(offset, rows.size());
        int to = (int) Math.min(rows.size(), (long) from + limit(query));
        Query rendered = Query.builder().caller(query.caller()).build();
        CachedPage page = renderer.render(rows.subList(from, to), rendered, query.expand());
        Page.View view = new Page.View(0, scheduler.instant(), rows.size(), 1, 0);
        return new Answer(page, OWN, new Bookmark(OWN, to, Bookmark.check(query)).encode(), view);
    }

    private int limit(Query query) {
        return Math.min(query.limit().orElse(settings.pageSize()), settings.maxPageSize());
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
        return worker.task(collection).orElseThrow(() -> notRegistered(collection));
    }

    /** As far as that is known. */
    private QueryException notRegistered(String collection) {
        return registryRead ? new FeedNotRegisteredException(collection) : new RegistryNotReadyException(RETRY_AFTER);
    }

    @Override
    public CompletableFuture<RefreshResult> refresh(String collection) {
        return worker.task(collection).isEmpty() && !registryRead
                ? CompletableFuture.failedFuture(notRegistered(collection))
                : worker.refresh(collection);
    }

    @Override
    public Subscription subscribe(String collection, Query query, Consumer<Page> listener) {
        task(collection);
        Subscriber subscriber = new Subscriber(() -> unlessClosed(() -> query(collection, query)), listener, notifier);
        Subscription listening = worker.listen(collection, subscriber);
        subscriber.run();
        return () -> {
            subscriber.close();
            listening.close();
        };
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, Consumer<Page> listener) {
        String database = query.caller().database();
        if (database == null) {
            throw new IllegalArgumentException("the caller has no database of its own");
        }
        requireOpen();
        return ownSubscriptions.subscribe(database, () -> unlessClosed(() -> queryOwn(collection, query)), listener);
    }

    /** No answer, and no complaint, once this is closed: nobody waits for it any more. */
    private <E extends Exception> @Nullable Page unlessClosed(Answering<E> query) throws E {
        try {
            return phase == Phase.CLOSED ? null : query.answer();
        } catch (RuntimeException e) {
            if (phase == Phase.CLOSED) {
                return null;
            }
            throw e;
        }
    }

    @FunctionalInterface
    private interface Answering<E extends Exception> {
        Page answer() throws E;
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
    public List<ViewEntry> unusedViews() {
        if (!registryRead || phase == Phase.CLOSED) {
            return List.of();
        }
        return unusedViews.besides(
                worker.tasks().stream().map(task -> task.feed.viewName()).collect(Collectors.toSet()));
    }

    @Override
    public List<FeedRegistry.Problem> registryProblems() {
        return registry.contents().problems();
    }

    private FeedStatus status(FeedTask task) {
        Optional<Served> served = task.served();
        LeftOut leftOut = served.map(s -> s.snapshot().leftOut()).orElse(LeftOut.NOTHING);
        ViewFormatException refusal = task.writer.refusal();
        Instant now = scheduler.instant();
        synchronized (worker) {
            return new FeedStatus(
                    task.feed,
                    served.map(s -> s.view(s.snapshot().visibleRows(s.feed()))).orElse(null),
                    served.map(s -> Duration.between(s.coverage().verifiedAt(), now))
                            .orElse(null),
                    task.progress(),
                    task.running ? null : task.due,
                    task.failures,
                    refusal == null ? task.lastFailure : refusal.getMessage(),
                    served.map(s -> s.coverage().behind()).orElse(Map.of()),
                    leftOut,
                    served.map(s -> s.snapshot().bytes()).orElse(0L));
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
        unusedViews.close();
        aggregator.close();
        store.close();
        scheduler.close();
    }
}
