package dev.matview.core.internal;

import dev.matview.core.access.Access;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.refresh.Worker;
import java.util.ArrayList;
import java.util.List;

/** Gives the worker the feeds of a registry, now and whenever they change. Thread-safe. */
final class FollowedRegistry implements AutoCloseable {

    /**
     * What feeds stand on.
     *
     * @param isIndexedInStore whether the view store keeps their indexes
     * @param lacksRules whether the store cannot ask certificate rules, and there are some
     */
    record Ground(UserDatabases users, boolean isIndexedInStore, boolean lacksRules) {

        private FeedDefinition under(FeedDefinition feed) {
            FeedDefinition over = feed.over(users);
            return isIndexedInStore ? over.indexedInStore() : over;
        }

        private boolean refuses(FeedDefinition feed) {
            return lacksRules && feed.access() == Access.ACL;
        }

        private static FeedRegistry.Problem problem(FeedDefinition feed) {
            return new FeedRegistry.Problem(
                    "view store",
                    feed.collection(),
                    "access",
                    "a view store that serves pages cannot ask certificate rules: it takes acl feeds only where there are none");
        }
    }

    private final FeedRegistry registry;
    private final Ground ground;
    private final Worker worker;
    private volatile boolean read;
    private Subscription watch = () -> {};
    private boolean closed;

    FollowedRegistry(FeedRegistry registry, Ground ground, Worker worker) {
        this.registry = registry;
        this.ground = ground;
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
        return contents.feeds().stream()
                .filter(feed -> !ground.refuses(feed))
                .map(ground::under)
                .toList();
    }

    /** Whether it is known which feeds there are. */
    boolean isRead() {
        return read;
    }

    List<FeedRegistry.Problem> problems() {
        FeedRegistry.Contents contents = registry.contents();
        List<FeedRegistry.Problem> all = new ArrayList<>(contents.problems());
        contents.feeds().stream().filter(ground::refuses).map(Ground::problem).forEach(all::add);
        return all;
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
