package dev.matview.core.internal;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.QueryException;
import dev.matview.core.RegistryNotReadyException;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.refresh.Worker;
import java.time.Duration;
import java.util.List;

/** Gives the worker the feeds of a registry, now and whenever they change. Thread-safe. */
final class FollowedRegistry implements AutoCloseable {

    /** What a client is told to wait for a registry that is being read. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final FeedRegistry registry;
    private final UserDatabases users;
    private final Worker worker;
    private volatile boolean read;
    private Subscription watch = () -> {};
    private boolean closed;

    FollowedRegistry(FeedRegistry registry, UserDatabases users, Worker worker) {
        this.registry = registry;
        this.users = users;
        this.worker = worker;
    }

    /** Begins to follow it. */
    synchronized void start() {
        // Watched first: a change meanwhile waits for this, and is taken over after what there is now.
        watch = registry.watch(this::changed);
        take(registry.contents(), registry.isRead());
    }

    private synchronized void changed(FeedRegistry.Contents contents) {
        if (!closed) {
            take(contents, registry.isRead());
            worker.readiness().changed();
        }
    }

    private void take(FeedRegistry.Contents contents, boolean complete) {
        worker.registered(feeds(contents));
        // After its feeds are there: none of them is denied in between.
        read = complete;
    }

    private List<FeedDefinition> feeds(FeedRegistry.Contents contents) {
        return contents.feeds().stream().map(feed -> feed.over(users)).toList();
    }

    /** Whether it is known which feeds there are. */
    boolean isRead() {
        return read;
    }

    /** Why there is no such feed, as far as that is known. */
    QueryException unknown(String collection) {
        return read ? new FeedNotRegisteredException(collection) : new RegistryNotReadyException(RETRY_AFTER);
    }

    List<FeedRegistry.Problem> problems() {
        return registry.contents().problems();
    }

    /** The registry itself stays open. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        watch.close();
    }
}
