package dev.matview.server.push;

import dev.matview.core.FeedSubscriptions;
import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.server.share.FairShare.Pushes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Subscribes to the feeds once for each topic, and tells all who asked for it. Thread-safe. */
public final class Broadcasts {

    private final FeedSubscriptions feeds;

    /** Guarded by this. */
    private final Map<Topic, Broadcast> broadcasts = new HashMap<>();

    public Broadcasts(FeedSubscriptions feeds) {
        this.feeds = feeds;
    }

    /**
     * Sends the outbox the answer to the query, as soon as there is one, and each later one that differs; or refuses it when
     * there is none, and none will come.
     *
     * @param caller where answers are computed that are not ready
     * @throws dev.matview.core.QueryException when there is no such feed, or the query exceeds the limits
     */
    public Subscription subscribe(String collection, Query query, Outbox outbox, Pushes caller) {
        Topic topic = Topic.of(collection, query, feeds.isSameForAll(collection, query));
        return join(topic, query, outbox, caller);
    }

    /** The same for the caller's own database, which it has. */
    public Subscription subscribeOwn(String collection, Query query, Outbox outbox, Pushes caller) {
        return join(Topic.own(collection, query), query, outbox, caller);
    }

    /** How many distinct queries are being answered. */
    public synchronized int topics() {
        return broadcasts.size();
    }

    private Subscription join(Topic topic, Query query, Outbox outbox, Pushes caller) {
        Broadcast joined;
        synchronized (this) {
            Broadcast known = broadcasts.get(topic);
            if (known != null && !known.isOver()) {
                joined = known;
                joined.join(outbox, caller);
            } else {
                joined = new Broadcast();
                // Before it is asked for: the answer is computed in the turn of somebody who wants it.
                joined.join(outbox, caller);
                joined.feedFrom(source(topic, topic.query(query), joined));
                broadcasts.put(topic, joined);
            }
        }
        // Not under the lock: it may lead to a connection being closed, and so left.
        joined.greet(outbox);
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                leave(topic, joined, outbox, caller);
            }
        };
    }

    private Subscription source(Topic topic, Query query, Broadcast broadcast) {
        return topic.global()
                ? feeds.subscribe(topic.collection(), query, broadcast, broadcast)
                : feeds.subscribeOwn(topic.collection(), query, broadcast, broadcast);
    }

    private synchronized void leave(Topic topic, Broadcast broadcast, Outbox outbox, Pushes caller) {
        if (!broadcast.leave(outbox, caller)) {
            broadcasts.remove(topic, broadcast);
            broadcast.close();
        }
    }
}
