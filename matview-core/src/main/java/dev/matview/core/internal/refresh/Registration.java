package dev.matview.core.internal.refresh;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.RefreshResult;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.HeldKeeping;
import dev.matview.core.internal.keep.Keeping;
import dev.matview.core.internal.keep.PagedKeeping;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.schedule.RetryingTasks;
import dev.matview.core.internal.schedule.Timetable;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which feeds there are, and which view each has.
 *
 * <ol>
 *   <li>A feed that is new, or has another view than before, is loaded: what the store holds of its view is served.
 *   <li>One whose definition changed keeps its task, and is due now.
 *   <li>A view that no feed has any more is dropped.
 * </ol>
 *
 * Looking feeds up and listening is thread-safe, and so is {@link #load}; the rest is guarded by the worker's lock.
 */
final class Registration {

    private final Object lock;
    private final Views views;
    private final Timetable timetable;
    private final InstantSource clock;
    private final RetryingTasks errands;
    private final Runnable always;

    /** By collection. Structure and contents change under the lock; readers look feeds up without it. */
    private final Map<String, FeedTask> tasks = new ConcurrentHashMap<>();

    /** By collection, not by feed: whoever subscribed hears of a feed that was removed and has come back. */
    private final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

    /** What views are kept with. */
    record Views(ViewStore store, UserDatabases users, StoreKeys keys, ViewMemory memory, PinnedGenerations pinned) {

        private ViewWriter writer(String view, LiveView live) {
            Keeping keeping = store instanceof PagedViewStore paged
                    ? new PagedKeeping(paged, view, users)
                    : new HeldKeeping(store, memory, view);
            return new ViewWriter(store, keeping, keys, memory, view, live);
        }
    }

    /**
     * @param lock the worker's
     * @param always listens to every feed
     */
    Registration(
            Object lock,
            Views views,
            Timetable timetable,
            InstantSource clock,
            RetryingTasks errands,
            Runnable always) {
        this.lock = lock;
        this.views = views;
        this.timetable = timetable;
        this.clock = clock;
        this.errands = errands;
        this.always = always;
        views.memory().onShortage(() -> tasks.values().forEach(FeedTask::yieldIndexes));
    }

    Optional<FeedTask> task(String collection) {
        return Optional.ofNullable(tasks.get(collection));
    }

    Collection<FeedTask> tasks() {
        return tasks.values();
    }

    /** Calls the listener, which is quick, after each new generation of the collection's view, and when its feed is removed. */
    Subscription listen(String collection, Runnable listener) {
        List<Runnable> all = listeners(collection);
        all.add(listener);
        return () -> all.remove(listener);
    }

    private List<Runnable> listeners(String collection) {
        return listeners.computeIfAbsent(collection, absent -> new CopyOnWriteArrayList<>(List.of(always)));
    }

    /** Makes the tasks those of the feeds; gives those that are to be loaded. */
    List<FeedTask> update(Collection<FeedDefinition> feeds) {
        Map<String, FeedDefinition> wanted = new HashMap<>();
        feeds.forEach(feed -> wanted.put(feed.collection(), feed));
        Set<String> used = feeds.stream().map(FeedDefinition::viewName).collect(Collectors.toSet());
        List<FeedTask> unloaded = new ArrayList<>();
        for (FeedTask task : List.copyOf(tasks.values())) {
            FeedDefinition feed = wanted.remove(task.feed().collection());
            ViewWriter before = task.writer();
            if (feed == null) {
                remove(task);
                // Those who subscribed are refused: there is no feed any more.
                listeners(task.feed().collection()).forEach(Runnable::run);
            } else if (feed.viewName().equals(before.view())) {
                task.redefine(feed, clock.instant());
            } else {
                task.move(feed, views.writer(feed.viewName(), task.live()));
                unloaded.add(task);
            }
            if (!used.contains(before.view())) {
                forget(before);
            }
        }
        wanted.values().forEach(feed -> unloaded.add(add(feed)));
        return unloaded;
    }

    private FeedTask add(FeedDefinition feed) {
        LiveView live = new LiveView(views.pinned().line(), listeners(feed.collection()), views.memory());
        FeedTask task = new FeedTask(feed, live, views.writer(feed.viewName(), live), timetable, errands);
        tasks.put(feed.collection(), task);
        return task;
    }

    private void remove(FeedTask task) {
        String collection = task.feed().collection();
        tasks.remove(collection);
        Worker.fail(task.remove(), new FeedNotRegisteredException(collection));
    }

    /** Removes all feeds, and leaves their views in the store. Nobody waits for a refresh any more. */
    void removeAll() {
        for (FeedTask task : List.copyOf(tasks.values())) {
            remove(task);
            // One that does not end, however it is interrupted.
            RunningRefresh endless = task.running();
            List<CompletableFuture<RefreshResult>> left = endless == null ? List.of() : endless.takeWaiting();
            Worker.fail(left, new FeedNotRegisteredException(task.feed().collection()));
        }
    }

    private void forget(ViewWriter writer) {
        errands.errand("view " + writer.view() + " cannot be forgotten", () -> drop(writer))
                .request();
    }

    /** Forgets a view, unless a feed that came, or came back, meanwhile is to have it. */
    private void drop(ViewWriter writer) {
        synchronized (lock) {
            if (tasks.values().stream().anyMatch(task -> task.writer().view().equals(writer.view()))) {
                return;
            }
        }
        writer.drop();
    }

    /** Serves what the store holds of the view; a store that does not answer is asked again by the first refresh. */
    Loaded load(FeedTask task) {
        ViewWriter writer = task.writer();
        FeedDefinition feed = task.feed();
        Subscription watch = () -> {};
        ViewHead head = null;
        RuntimeException failure = null;
        try {
            watch = views.store().watch(writer.view(), task::committed);
            head = writer.loadHead(feed);
        } catch (RuntimeException e) {
            failure = e;
        }
        return new Loaded(task, writer, head, watch, failure);
    }

    /**
     * What was found of a stored view.
     *
     * @param failure why it could not be looked for
     */
    record Loaded(
            FeedTask task,
            ViewWriter writer,
            @Nullable ViewHead head,
            Subscription watch,
            @Nullable RuntimeException failure) {

        /** Makes the task due, under the lock. */
        void tell(Instant now) {
            task.loaded(writer, head, watch, now);
        }
    }
}
