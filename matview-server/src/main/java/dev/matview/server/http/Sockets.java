package dev.matview.server.http;

import dev.matview.core.Caller;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Scheduler;
import dev.matview.core.Subscription;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.Identity;
import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.push.Broadcasts;
import dev.matview.server.push.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All WebSockets of a server, and what they share. One sweep a second keeps their times. Thread-safe. */
final class Sockets implements AutoCloseable {

    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final GlobalFeeds feeds;
    private final Broadcasts broadcasts;
    private final Authenticator authenticator;
    private final MangoLimits mango;
    private final SocketLimits limits;
    private final Scheduler scheduler;
    private final Set<SocketConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final MessageRoom unauthenticated;
    private volatile Subscription nextSweep = () -> {};
    private volatile boolean closed;

    Sockets(
            GlobalFeeds feeds,
            Authenticator authenticator,
            MangoLimits mango,
            SocketLimits limits,
            Scheduler scheduler) {
        this.feeds = feeds;
        this.broadcasts = new Broadcasts(feeds);
        this.authenticator = authenticator;
        this.mango = mango;
        this.limits = limits;
        this.scheduler = scheduler;
        this.unauthenticated = new MessageRoom(limits.unauthenticatedBytes());
        scheduleSweep();
    }

    private void scheduleSweep() {
        nextSweep = scheduler.schedule(SWEEP, () -> {
            try {
                sweep();
            } finally {
                if (!closed) {
                    scheduleSweep();
                }
            }
        });
    }

    private void sweep() {
        if (connections.isEmpty() || closed) {
            return;
        }
        Instant now = now();
        Set<String> registered = feeds.status().stream()
                .map(status -> status.feed().collection())
                .collect(Collectors.toSet());
        connections.forEach(connection -> connection.sweep(now, limits, registered));
    }

    Instant now() {
        return scheduler.instant();
    }

    /** What all clients together that have not authenticated may have sent. */
    MessageRoom unauthenticated() {
        return unauthenticated;
    }

    /** A connection that may be opened; null when there are too many. */
    @Nullable
    SocketConnection open(String path) {
        if (closed || count.incrementAndGet() > limits.maxSockets()) {
            count.decrementAndGet();
            return null;
        }
        SocketConnection connection = new SocketConnection(this, path, now());
        connections.add(connection);
        return connection;
    }

    void opened(SocketConnection connection) {
        if (closed) {
            connection.close(CloseCode.GOING_AWAY, "the server stops");
        }
    }

    /** The connection is no more, or did not come to be. */
    void closed(SocketConnection connection) {
        if (connections.remove(connection)) {
            count.decrementAndGet();
        }
    }

    /** How many sockets there are. */
    int count() {
        return count.get();
    }

    /** When the client that has been silent for longest was last heard of. */
    Optional<Instant> longestSilentSince() {
        return connections.stream().map(SocketConnection::heard).min(Comparator.naturalOrder());
    }

    /** How many distinct queries they ask. */
    int topics() {
        return broadcasts.topics();
    }

    Identity authenticate(@Nullable String token) {
        try {
            return authenticator.authenticate(token);
        } catch (UnauthorizedException e) {
            throw HttpError.unauthorized(e.reason(), "Bearer");
        }
    }

    SocketRequest.Subscribed read(SocketRequest request, String path, Caller caller) {
        SocketRequest.Subscribed asked = request.subscribed(path, caller, mango);
        if (!asked.global()) {
            OwnDatabaseRules.require(authenticator, caller);
        }
        return asked;
    }

    Subscription subscribe(SocketRequest.Subscribed asked, Outbox outbox) {
        return asked.global()
                ? broadcasts.subscribe(asked.collection(), asked.query(), outbox)
                : broadcasts.subscribeOwn(asked.collection(), asked.query(), outbox);
    }

    /** Says goodbye to all, and takes no more. */
    @Override
    public void close() {
        closed = true;
        nextSweep.close();
        connections.forEach(connection -> connection.close(CloseCode.GOING_AWAY, "the server stops"));
    }
}
