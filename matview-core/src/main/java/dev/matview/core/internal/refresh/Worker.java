package dev.matview.core.internal.refresh;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.Settings;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.refresh.RefreshJob.Refreshing;
import dev.matview.core.internal.refresh.RetryingTasks.Errand;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.internal.work.Threads;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refreshes feeds when they are due.
 *
 * <ol>
 *   <li>Each feed has a time at which it is due; one timer waits for the earliest. Intervals, changes of databases,
 *       failures and requests only ever move that time.
 *   <li>When the timer goes off, the feeds that are due, and those that almost are, form one visit. A feed that is being
 *       refreshed is never part of another visit: what makes it due meanwhile counts when it is done.
 *   <li>The visit runs on a bounded pool. Each feed takes at most one place in its queue. Everything else that asks a
 *       store is an errand, and does not wait for visits.
 *   <li>When it is done, every feed's next time is set by how its refresh ended.
 * </ol>
 *
 * Thread-safe: the lock guards the tasks, and is never held while databases or stores are asked.
 */
public final class Worker implements RefreshJob.Listener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final long SECONDS_TO_CLOSE = 30;

    private final Aggregator aggregator;
    private final ViewStore store;
    private final StoreKeys keys;
    private final Scheduler scheduler;
    private final Timetable timetable;
    private final Expander expander;
    private final int format;
    private final ViewMemory memory;
    private final ChangeWatch changes;
    private final PinnedGenerations pinned;
    private final ExecutorService pool;
    private final RetryingTasks errands;
    private final Errand watching;
    private final Readiness readiness = new Readiness();

    /** Structure and contents change under the lock; readers look feeds up without it. */
    private final Map<String, FeedTask> tasks = new ConcurrentHashMap<>();

    /** By collection, not by feed: whoever subscribed hears of a feed that was removed and has come back. */
    private final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

    private Subscription timer = () -> {};
    private boolean closed;

    public Worker(
            Aggregator aggregator,
            ViewStore store,
            StoreKeys keys,
            Scheduler scheduler,
            Settings settings,
            Timetable timetable,
            Expander expander,
            int format) {
        this.aggregator = aggregator;
        this.store = store;
        this.keys = keys;
        this.scheduler = scheduler;
        this.timetable = timetable;
        this.expander = expander;
        this.pinned = new PinnedGenerations(settings, scheduler);
        this.format = format;
        this.memory = new ViewMemory(settings.maxViewBytes());
        this.changes = new ChangeWatch(aggregator, this::databaseChanged);
        this.pool = Threads.named("matview-refresh", settings.refreshThreads());
        this.errands = new RetryingTasks(scheduler, timetable);
        keys.rereadBy(errands.errand("the secret of the view store cannot be read again", keys::read)::request);
        this.watching = errands.errand("changes of databases cannot be followed", this::followChanges);
    }

    /** Hears of changed databases as long as a feed is continuous. May wait for a server that does not answer. */
    private void followChanges() {
        boolean begun = changes.adjust(() -> tasks.values().stream().anyMatch(FeedTask::isContinuous));
        if (begun) {
            // A visit under way may have looked at a database before it was watched.
            tasks.values().stream().filter(FeedTask::isContinuous).forEach(this::changed);
        }
    }

    public Optional<FeedTask> task(String collection) {
        return Optional.ofNullable(tasks.get(collection));
    }

    /** Calls the listener, which is quick, after each new generation of the collection's view, and when its feed is removed. */
    public Subscription listen(String collection, Runnable listener) {
        List<Runnable> all = listeners(collection);
        all.add(listener);
        return () -> all.remove(listener);
    }

    private List<Runnable> listeners(String collection) {
        return listeners.computeIfAbsent(collection, absent -> new CopyOnWriteArrayList<>(List.of(readiness::changed)));
    }

    /** Is told of every generation, failure and change of the registry. */
    public Readiness readiness() {
        return readiness;
    }

    public Collection<FeedTask> tasks() {
        return tasks.values();
    }

    /** Takes over the feeds of the registry, as it is at first or when it has changed; waits for nobody. */
    public void registered(Collection<FeedDefinition> feeds) {
        List<FeedTask> added = update(feeds);
        errands.run(() -> {
            List<Runnable> loaded = added.stream().map(this::load).toList();
            synchronized (this) {
                // Due together: those without a generation share their first visit.
                loaded.forEach(Runnable::run);
                arm();
            }
            watching.request();
        });
    }

    private synchronized List<FeedTask> update(Collection<FeedDefinition> feeds) {
        List<FeedTask> added = new ArrayList<>();
        if (closed) {
            return added;
        }
        Map<String, FeedDefinition> wanted = new HashMap<>();
        feeds.forEach(feed -> wanted.put(feed.collection(), feed));
        Map<String, ViewWriter> unused = new HashMap<>();
        for (FeedTask task : List.copyOf(tasks.values())) {
            FeedDefinition feed = wanted.remove(task.feed.collection());
            if (feed == null) {
                unused.put(task.writer.view(), task.writer);
                remove(task);
                // Those who subscribed are refused: it has no feed any more.
                listeners(task.feed.collection()).forEach(Runnable::run);
            } else if (redefine(task, feed, unused)) {
                added.add(task);
            }
        }
        for (FeedDefinition feed : wanted.values()) {
            LiveView live = new LiveView(pinned.line(), listeners(feed.collection()));
            ViewWriter writer = new ViewWriter(store, keys, memory, feed.viewName(), live, format);
            FeedTask task = new FeedTask(feed, live, writer, errands);
            tasks.put(feed.collection(), task);
            added.add(task);
        }
        feeds.forEach(feed -> unused.remove(feed.viewName()));
        for (ViewWriter writer : unused.values()) {
            errands.errand("view " + writer.view() + " cannot be forgotten", () -> drop(writer))
                    .request();
        }
        arm();
        readiness.changed();
        return added;
    }

    /** Forgets a view, unless a feed that came, or came back, meanwhile is to have it. */
    private void drop(ViewWriter writer) {
        synchronized (this) {
            if (tasks.values().stream().anyMatch(task -> task.writer.view().equals(writer.view()))) {
                return;
            }
        }
        writer.drop();
    }

    /** Gives the task a changed definition; says whether its view has another name and so is to be loaded. */
    private boolean redefine(FeedTask task, FeedDefinition feed, Map<String, ViewWriter> unused) {
        FeedDefinition before = task.feed;
        task.feed = feed;
        Instant now = scheduler.instant();
        if (!before.viewName().equals(feed.viewName())) {
            unused.put(before.viewName(), task.writer);
            task.storeWatch.close();
            task.writer = new ViewWriter(store, keys, memory, feed.viewName(), task.live, format);
            task.due = null;
            return true;
        }
        if (task.due == null) {
            return false;
        }
        if (!before.fingerprint().equals(feed.fingerprint())) {
            log.info("{}: the definition changed, the view is rebuilt", feed.collection());
            task.due = now;
        } else if (!before.refresh().equals(feed.refresh()) && task.lastStart != null) {
            // What changed while the feed was not continuous, nobody told it.
            task.due = task.isContinuous()
                    ? timetable.afterChange(feed.refresh(), task.lastStart, now)
                    : timetable.next(feed.refresh(), task.lastStart, now);
        }
        return false;
    }

    private void remove(FeedTask task) {
        task.removed = true;
        task.due = null;
        task.storeWatch.close();
        task.live.close();
        task.following.cancel();
        tasks.remove(task.feed.collection());
        List<CompletableFuture<RefreshResult>> waiting = task.takeWaiting();
        waiting.addAll(task.takeReaders());
        fail(waiting, new FeedNotRegisteredException(task.feed.collection()));
    }

    /**
     * Serves what the store holds of the view; a store that does not answer is asked again by the first refresh.
     *
     * @return makes the task due, under the lock
     */
    private Runnable load(FeedTask task) {
        FeedDefinition feed = task.feed;
        ViewWriter writer = task.writer;
        @Nullable Snapshot stored = null;
        Subscription watch = () -> {};
        try {
            watch = store.watch(feed.viewName(), task::committed);
            stored = writer.load(feed);
        } catch (RuntimeException e) {
            complain(feed.collection() + ": the stored view cannot be read", e);
        }
        ViewHead head = stored == null ? null : stored.head();
        Subscription watching = watch;
        return () -> {
            boolean loaded = task.due != null;
            if (task.removed || closed || task.writer != writer || loaded) {
                watching.close();
                return;
            }
            task.storeWatch = watching;
            Instant now = scheduler.instant();
            boolean current = head != null && head.fingerprint().equals(feed.fingerprint());
            task.due = current && !task.isAwaited() ? timetable.first(feed.refresh(), head.refreshedAt(), now) : now;
        };
    }

    /** Not once this is closed: what fails then was interrupted. */
    private synchronized void complain(String complaint, Throwable cause) {
        if (!closed) {
            log.warn("{}: {}", complaint, Failures.reason(cause));
            log.debug("{}", complaint, cause);
        }
    }

    /** @see dev.matview.core.GlobalFeeds#refresh */
    public CompletableFuture<RefreshResult> refresh(String collection) {
        CompletableFuture<RefreshResult> future = new CompletableFuture<>();
        synchronized (this) {
            FeedTask task = tasks.get(collection);
            if (task == null || closed) {
                return CompletableFuture.failedFuture(new FeedNotRegisteredException(collection));
            }
            task.await(future);
            if (task.due != null) {
                task.due = scheduler.instant();
                arm();
            }
        }
        return future;
    }

    /**
     * Has a reader wait for a generation that is known to match its sources within that time before now.
     *
     * @return false when there is nothing to wait for: the one that is served is that young
     * @throws FeedNotRegisteredException when the collection has no feed
     */
    synchronized boolean awaitYounger(String collection, Duration age, CompletableFuture<RefreshResult> reader) {
        FeedTask task = tasks.get(collection);
        if (task == null || closed) {
            throw new FeedNotRegisteredException(collection);
        }
        Instant now = scheduler.instant();
        if (task.isYoungerThan(age, now)) {
            return false;
        }
        task.awaitYounger(reader, age, timetable, now);
        arm();
        return true;
    }

    /** The reader waits no longer. */
    synchronized void leave(String collection, CompletableFuture<RefreshResult> reader) {
        FeedTask task = tasks.get(collection);
        if (task != null) {
            task.leave(reader);
        }
    }

    private void databaseChanged(String database) {
        for (FeedTask task : tasks.values()) {
            if (task.isContinuous() && task.feed.covers(database)) {
                changed(task);
            }
        }
    }

    private synchronized void changed(FeedTask task) {
        if (task.changed) {
            return;
        }
        task.changed = true;
        if (task.isWaiting()) {
            task.bringForward(timetable, scheduler.instant());
            arm();
        }
    }

    private synchronized void arm() {
        timer.close();
        if (closed) {
            return;
        }
        Instant earliest = null;
        for (FeedTask task : tasks.values()) {
            if (task.isWaiting() && (earliest == null || task.due.isBefore(earliest))) {
                earliest = task.due;
            }
        }
        if (earliest != null) {
            timer = scheduler.schedule(Duration.between(scheduler.instant(), earliest), this::tick);
        }
    }

    private synchronized void tick() {
        Instant now = scheduler.instant();
        List<FeedTask> due = new ArrayList<>();
        List<FeedTask> almost = new ArrayList<>();
        for (FeedTask task : tasks.values()) {
            if (task.isDue(now)) {
                due.add(task);
            } else if (task.isAlmostDue(timetable, now)) {
                almost.add(task);
            }
        }
        if (!due.isEmpty() && !closed) {
            due.addAll(almost);
            List<Refreshing> refreshes =
                    due.stream().map(task -> task.begin(now)).toList();
            visit(new RefreshJob(refreshes, aggregator, expander, memory, scheduler, this));
        }
        arm();
    }

    private void visit(RefreshJob job) {
        try {
            pool.execute(job);
        } catch (RejectedExecutionException closing) {
            log.debug("Closed: no further visit is begun");
        }
    }

    @Override
    public void succeeded(Refreshing refreshing, RefreshResult result) {
        FeedTask task = refreshing.task();
        List<CompletableFuture<RefreshResult>> done = new ArrayList<>(refreshing.awaiting());
        synchronized (this) {
            done.addAll(task.takeJoined());
            task.succeeded(result.behindCount());
            end(refreshing, done, false);
        }
        done.forEach(future -> future.complete(result));
    }

    @Override
    public void overtaken(Refreshing refreshing) {
        FeedTask task = refreshing.task();
        String collection = refreshing.feed().collection();
        log.debug("{}: another process was faster with older work, the refresh is repeated", collection);
        List<CompletableFuture<RefreshResult>> done = new ArrayList<>(refreshing.awaiting());
        synchronized (this) {
            done.addAll(task.takeJoined());
            task.overtaken();
            end(refreshing, done, true);
        }
        fail(done, new FeedNotRegisteredException(collection));
    }

    @Override
    public void failed(Refreshing refreshing, Throwable cause) {
        FeedTask task = refreshing.task();
        String reason = Failures.reason(cause);
        List<CompletableFuture<RefreshResult>> done = new ArrayList<>(refreshing.awaiting());
        synchronized (this) {
            done.addAll(task.takeJoined());
            complain(refreshing.feed().collection() + ": the refresh failed", cause);
            task.failed(reason);
            end(refreshing, done, false);
        }
        readiness.changed();
        RefreshException failure = cause instanceof RefreshException e
                ? e
                : new RefreshException(refreshing.feed().collection(), reason, cause);
        fail(done, failure);
    }

    /**
     * Sets when the feed is due next. Whoever waited for a definition that has changed meanwhile waits on, as does who
     * waited for work that was discarded: unless the feed was removed, which leaves them among the done.
     */
    private void end(Refreshing refreshing, List<CompletableFuture<RefreshResult>> done, boolean discarded) {
        FeedTask task = refreshing.task();
        task.running = false;
        task.visit = null;
        if (task.removed) {
            return;
        }
        Instant now = scheduler.instant();
        boolean superseded = task.writer != refreshing.writer()
                || !task.feed.fingerprint().equals(refreshing.feed().fingerprint());
        if (superseded || discarded) {
            done.forEach(task::await);
            done.clear();
        }
        if (task.due != null) {
            task.due = superseded ? now : task.next(timetable, now);
        }
        arm();
    }

    private static void fail(List<CompletableFuture<RefreshResult>> futures, RuntimeException cause) {
        futures.forEach(future -> future.completeExceptionally(cause));
    }

    /** Interrupts what is under way and waits for it to end; what waits for a refresh fails. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            timer.close();
        }
        pool.shutdownNow();
        errands.close();
        changes.close();
        try {
            boolean ended = pool.awaitTermination(SECONDS_TO_CLOSE, TimeUnit.SECONDS)
                    && errands.awaitTermination(SECONDS_TO_CLOSE, TimeUnit.SECONDS);
            if (!ended) {
                log.warn("A refresh did not end within {} s of being interrupted", SECONDS_TO_CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            List.copyOf(tasks.values()).forEach(this::remove);
        }
    }
}
