package dev.matview.micrometer;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a {@link GlobalFeeds}, as docs/http-api.md lists them: of each feed with the tag {@code collection}, and of
 * all. No number has the name of a user or a database. Thread-safe.
 *
 * <p>Refreshes are counted from when this is made. What is measured is looked at every {@linkplain #INTERVAL ten seconds},
 * and with {@link #update}: then a feed that came gets its numbers, and those of a feed that is gone are taken away.
 *
 * <pre>{@code
 * FeedMetrics metrics = FeedMetrics.of(feeds);
 * metrics.bindTo(registry);
 * feeds.start();
 * }</pre>
 */
public final class FeedMetrics implements MeterBinder, AutoCloseable {

    /** How often it looks by itself. */
    public static final Duration INTERVAL = Duration.ofSeconds(10);

    private final GlobalFeeds feeds;
    private final Scheduler scheduler;
    private final @Nullable Scheduler ownScheduler;
    private final Subscription refreshes;
    private final List<FeedMeters> bound = new CopyOnWriteArrayList<>();

    /** Guarded by this, as is the next. */
    private Subscription next = () -> {};

    private boolean closed;

    private FeedMetrics(GlobalFeeds feeds, @Nullable Scheduler given) {
        this.feeds = Objects.requireNonNull(feeds, "feeds");
        this.ownScheduler = given == null ? Scheduler.system() : null;
        this.scheduler = given == null ? Objects.requireNonNull(ownScheduler) : given;
        this.refreshes = feeds.onRefresh(new Counting());
    }

    /** Of these feeds, by the system's time, with a daemon thread of its own. */
    public static FeedMetrics of(GlobalFeeds feeds) {
        return new FeedMetrics(feeds, null);
    }

    /** The same, by the scheduler's time, and on its threads. It is not closed with this. */
    public static FeedMetrics of(GlobalFeeds feeds, Scheduler scheduler) {
        return new FeedMetrics(feeds, Objects.requireNonNull(scheduler, "scheduler"));
    }

    /** Adds the numbers to a registry, until this is closed. There may be several. */
    @Override
    public void bindTo(MeterRegistry registry) {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            FeedMeters meters = new FeedMeters(registry, feeds.settings(), scheduler);
            bound.add(meters);
            meters.update(feeds);
            if (bound.size() == 1) {
                next = scheduler.schedule(INTERVAL, this::updateRegularly);
            }
        }
    }

    /** Looks at the feeds now: for registries that are asked, just before they are. */
    public synchronized void update() {
        if (!closed) {
            bound.forEach(meters -> meters.update(feeds));
        }
    }

    private synchronized void updateRegularly() {
        if (!closed) {
            next = scheduler.schedule(INTERVAL, this::updateRegularly);
            update();
        }
    }

    /** Counts no more, and takes the numbers out of the registries. Closing again does nothing. */
    @Override
    public void close() {
        refreshes.close();
        synchronized (this) {
            closed = true;
            next.close();
            bound.forEach(FeedMeters::remove);
            bound.clear();
        }
        if (ownScheduler != null) {
            ownScheduler.close();
        }
    }

    private final class Counting implements RefreshListener {

        @Override
        public void refreshed(Run run, RefreshResult result) {
            bound.forEach(meters -> meters.refreshed(run, result));
        }

        @Override
        public void failed(Run run, String reason) {
            bound.forEach(meters -> meters.failed(run));
        }
    }
}
