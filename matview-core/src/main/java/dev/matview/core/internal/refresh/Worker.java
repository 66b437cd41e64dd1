package dev.matview.core.internal.refresh;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.Settings;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.refresh.Registration.Loaded;
import dev.matview.core.internal.schedule.RetryingTasks;
import dev.matview.core.internal.schedule.RetryingTasks.Errand;
import dev.matview.core.internal.schedule.Timetable;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.internal.work.Threads;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
    private final Scheduler scheduler;
    private final Expander expander;
    private final ViewMemory memory;
    private final PinnedGenerations pinned;
    private final Registration registration;
    private final ChangeWatch changes;
    private final ExecutorService pool;
    private final RetryingTasks errands;
    private final Errand watching;
    private final Readiness readiness = new Readiness();
    private final RefreshLog told;
    private final Listeners<Consumer<RefreshListener>> refreshListeners = new Listeners<>();

    private Subscription timer = () -> {};

    /** When it goes off; null when it does not. */
    private @Nullable Instant armed;

    private boolean closed;

    public Worker(
            Aggregator aggregator,
            ViewStore store,
            UserDatabases users,
            StoreKeys keys,
            Scheduler scheduler,
            Settings settings,
            Timetable timetable,
            Expander expander) {
        this.aggregator = aggregator;
        this.scheduler = scheduler;
        this.expander = expander;
        this.told = new RefreshLog(scheduler);
        this.memory = new ViewMemory(settings.maxViewBytes());
        this.changes = new ChangeWatch(aggregator, this::databaseChanged);
        this.pool = Threads.named("matview-refresh", settings.refreshThreads());
        this.errands = new RetryingTasks(scheduler, timetable);
        this.pinned = new PinnedGenerations(settings, scheduler);
        this.registration = new Registration(
                this,
                new Registration.Views(store, users, keys, memory, pinned),
                timetable,
                scheduler,
                errands,
                readiness::changed);
        keys.rereadBy(errands.errand("the secret of the view store cannot be read again", keys::read)::request);
        this.watching = errands.errand("changes of databases cannot be followed", this::followChanges);
    }

    /** Hears of changed databases as long as a feed is continuous. May wait for a server that does not answer. */
    private void followChanges() {
        boolean begun = changes.adjust(() -> tasks().stream().anyMatch(FeedTask::isContinuous));
        if (begun) {
            // A visit under way may have looked at a database before it was watched.
            tasks().stream().filter(FeedTask::isContinuous).forEach(task -> changed(task, false));
        }
    }

    /** What is kept of all feeds beside what is served. */
    public PinnedGenerations pinned() {
        return pinned;
    }

    public Optional<FeedTask> task(String collection) {
        return registration.task(collection);
    }

    public Collection<FeedTask> tasks() {
        return registration.tasks();
    }

    /** Calls the listener, which is quick, after each new generation of the collection's view, and when its feed is removed. */
    public Subscription listen(String collection, Runnable listener) {
        return registration.listen(collection, listener);
    }

    /** @see dev.matview.core.GlobalFeeds#onRefresh */
    public Subscription onRefresh(RefreshListener listener) {
        Objects.requireNonNull(listener, "listener");
        return refreshListeners.add(telling -> telling.accept(listener));
    }

    /** Is told of every generation, failure and change of the registry. */
    public Readiness readiness() {
        return readiness;
    }

    /** Whether all feeds have a generation; empty as long as one has none and its first refresh has not failed. */
    public synchronized Optional<Boolean> isReady() {
        boolean all = true;
        for (FeedTask task : tasks()) {
            Optional<Boolean> ready = task.isReady();
            if (ready.isEmpty()) {
                return ready;
            }
            all &= ready.get();
        }
        return Optional.of(all);
    }

    public FeedStatus status(FeedTask task) {
        FeedTask.Plan plan;
        synchronized (this) {
            plan = task.plan();
        }
        return task.status(plan, scheduler.instant());
    }

    /** Takes over the feeds of the registry, as it is at first or when it has changed; waits for nobody. */
    public void registered(Collection<FeedDefinition> feeds) {
        List<FeedTask> unloaded = update(feeds);
        errands.run(() -> {
            List<Loaded> loaded = unloaded.stream().map(registration::load).toList();
            loaded.forEach(this::complainOf);
            synchronized (this) {
                // Due together: those without a generation share their first visit.
                Instant now = scheduler.instant();
                loaded.forEach(one -> one.tell(now));
                arm();
            }
            watching.request();
        });
    }

    private synchronized List<FeedTask> update(Collection<FeedDefinition> feeds) {
        if (closed) {
            return List.of();
        }
        List<FeedTask> unloaded = registration.update(feeds);
        told.retain(feeds.stream().map(FeedDefinition::collection).collect(Collectors.toSet()));
        arm();
        readiness.changed();
        return unloaded;
    }

    private void complainOf(Loaded loaded) {
        RuntimeException failure = loaded.failure();
        if (failure != null) {
            String collection = loaded.task().feed().collection();
            sayUnlessClosed(
                    () -> log.warn("{}: the stored view cannot be read: {}", collection, Failures.reason(failure)));
        }
    }

    /** Not once this is closed, since what fails then was interrupted, and false is returned. */
    private synchronized boolean sayUnlessClosed(Runnable complaint) {
        if (!closed) {
            complaint.run();
        }
        return !closed;
    }

    /** @see dev.matview.core.GlobalFeeds#refresh */
    public CompletableFuture<RefreshResult> refresh(String collection) {
        CompletableFuture<RefreshResult> future = new CompletableFuture<>();
        synchronized (this) {
            Optional<FeedTask> task = task(collection);
            if (task.isEmpty() || closed) {
                return CompletableFuture.failedFuture(new FeedNotRegisteredException(collection));
            }
            task.get().await(future, scheduler.instant());
            arm();
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
        FeedTask task =
                task(collection).filter(found -> !closed).orElseThrow(() -> new FeedNotRegisteredException(collection));
        Instant now = scheduler.instant();
        if (task.isYoungerThan(age, now)) {
            return false;
        }
        task.awaitYounger(reader, age, now);
        arm();
        return true;
    }

    /** The reader waits no longer. */
    synchronized void leave(String collection, CompletableFuture<RefreshResult> reader) {
        task(collection).ifPresent(task -> task.leave(reader));
    }

    private void databaseChanged(String database) {
        for (FeedTask task : tasks()) {
            if (task.isContinuous() && task.feed().covers(database)) {
                changed(task, true);
            }
        }
    }

    private synchronized void changed(FeedTask task, boolean noticed) {
        if (task.change(noticed, scheduler.instant())) {
            arm();
        }
    }

    private synchronized void arm() {
        Instant earliest = closed
                ? null
                : tasks().stream()
                        .map(FeedTask::due)
                        .filter(Objects::nonNull)
                        .min(Comparator.naturalOrder())
                        .orElse(null);
        if (Objects.equals(earliest, armed)) {
            return;
        }
        timer.close();
        armed = earliest;
        if (earliest != null) {
            timer = scheduler.schedule(Duration.between(scheduler.instant(), earliest), this::tick);
        }
    }

    private synchronized void tick() {
        armed = null;
        Instant now = scheduler.instant();
        List<FeedTask> due =
                new ArrayList<>(tasks().stream().filter(task -> task.isDue(now)).toList());
        if (!due.isEmpty() && !closed) {
            tasks().stream()
                    .filter(task -> !task.isDue(now) && task.isAlmostDue(now))
                    .forEach(due::add);
            List<RunningRefresh> refreshes =
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
    public void succeeded(RunningRefresh refresh, RefreshResult result) {
        Instant now = scheduler.instant();
        // Told first: the next refresh may begin as soon as this one has ended.
        try {
            told.succeeded(result);
            refreshListeners.tell(listener -> listener.refreshed(refresh.run(now, result.behindCount() == 0), result));
        } finally {
            // Whatever they throw: a refresh that has not ended would be the feed's last.
            List<CompletableFuture<RefreshResult>> done;
            synchronized (this) {
                done = refresh.task().succeeded(refresh, result.behindCount(), now);
                arm();
            }
            done.forEach(future -> future.complete(result));
        }
    }

    @Override
    public void overtaken(RunningRefresh refresh) {
        String collection = refresh.feed().collection();
        log.debug("{}: another process was faster with older work, the refresh is repeated", collection);
        List<CompletableFuture<RefreshResult>> done;
        synchronized (this) {
            done = refresh.task().overtaken(refresh, scheduler.instant());
            arm();
        }
        fail(done, new FeedNotRegisteredException(collection));
    }

    @Override
    public void failed(RunningRefresh refresh, Throwable cause) {
        String collection = refresh.feed().collection();
        String reason = Failures.reason(cause);
        Instant now = scheduler.instant();
        try {
            if (sayUnlessClosed(() -> told.failed(collection, cause))) {
                refreshListeners.tell(listener -> listener.failed(refresh.run(now, false), reason));
            }
        } finally {
            List<CompletableFuture<RefreshResult>> done;
            synchronized (this) {
                done = refresh.task().failed(refresh, reason, now);
                arm();
            }
            readiness.changed();
            fail(done, cause instanceof RefreshException e ? e : new RefreshException(collection, reason, cause));
        }
    }

    static void fail(List<CompletableFuture<RefreshResult>> futures, RuntimeException cause) {
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
        pool.shutdownNow().forEach(job -> ((RefreshJob) job).neverRun());
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
            registration.removeAll();
        }
    }
}
