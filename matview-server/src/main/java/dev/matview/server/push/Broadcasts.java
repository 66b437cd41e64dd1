package dev.matview.server.push;

import dev.matview.core.FeedDefinition;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.Subscription;
import dev.matview.core.ViewNotReadyException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Subscribes to the feeds once for each topic, and tells all who asked for it. Thread-safe. */
public final class Broadcasts {

    private static final Logger log = LoggerFactory.getLogger(Broadcasts.class);

    private final GlobalFeeds feeds;

    /** Guarded by this. */
    private final Map<Topic, Broadcast> broadcasts = new HashMap<>();

    public Broadcasts(GlobalFeeds feeds) {
        this.feeds = feeds;
    }

    /**
     * Sends the outbox the answer to the query, as soon as there is one, and each later one that differs.
     *
     * @throws dev.matview.core.QueryException when there is no answer, and none will come
     * @throws dev.matview.core.mango.MangoException when a regular expression of the query costs too much
     */
    public Subscription subscribe(String collection, Query query, Outbox outbox) {
        FeedDefinition feed = feeds.status(collection).feed();
        Topic topic = Topic.of(feed, query);
        if (!isKnown(topic)) {
            requireAnswer(collection, topic.query(query));
        }
        return join(topic, query, outbox);
    }

    /** The same for the caller's own database, which it has. */
    public Subscription subscribeOwn(String collection, Query query, Outbox outbox) {
        return join(Topic.own(collection, query), query, outbox);
    }

    /** How many distinct queries are being answered. */
    public synchronized int topics() {
        return broadcasts.size();
    }

    private synchronized boolean isKnown(Topic topic) {
        return broadcasts.containsKey(topic);
    }

    /** A subscription is silent about why there is no answer; the one who asks first is to be told. */
    private void requireAnswer(String collection, Query query) {
        try {
            feeds.query(collection, query);
        } catch (ViewNotReadyException notYet) {
            log.debug("The answer will come with the first generation of {}", collection);
        }
    }

    private Subscription join(Topic topic, Query query, Outbox outbox) {
        Broadcast broadcast;
        synchronized (this) {
            broadcast = broadcasts.get(topic);
            if (broadcast == null) {
                broadcast = new Broadcast();
                broadcast.feedFrom(source(topic, topic.query(query), broadcast));
                broadcasts.put(topic, broadcast);
            }
            broadcast.join(outbox);
        }
        // Not under the lock: it may lead to a connection being closed, and so left.
        broadcast.greet(outbox);
        AtomicBoolean left = new AtomicBoolean();
        Broadcast joined = broadcast;
        return () -> {
            if (left.compareAndSet(false, true)) {
                leave(topic, joined, outbox);
            }
        };
    }

    private Subscription source(Topic topic, Query query, Broadcast broadcast) {
        return topic.global()
                ? feeds.subscribe(topic.collection(), query, broadcast::page)
                : feeds.subscribeOwn(topic.collection(), query, broadcast::page);
    }

    private synchronized void leave(Topic topic, Broadcast broadcast, Outbox outbox) {
        if (!broadcast.leave(outbox)) {
            broadcasts.remove(topic);
            broadcast.close();
        }
    }
}
