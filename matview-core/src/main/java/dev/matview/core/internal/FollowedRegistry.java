package dev.matview.core.internal;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.refresh.Worker;
import java.util.List;

/** Gives the worker the feeds of a registry, now and whenever they change. Thread-safe. */
final class FollowedRegistry implements AutoCloseable {

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
        watch = registry.watch(contents -> changed());
        take();
    }

    private synchronized void changed() {
        if (!closed) {
            take();
            worker.readiness().changed();
        }
    }

    private void take() {
        // Asked first: contents that are read later are at least as complete. Those of an event may be older than
        // others.
        boolean complete = registry.isRead();
        worker.registered(feeds(registry.contents()));
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
