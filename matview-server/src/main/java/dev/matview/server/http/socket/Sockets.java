package dev.matview.server.http.socket;

import dev.matview.core.FeedSubscriptions;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.Identity;
import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.OwnDatabaseRules;
import dev.matview.server.http.exchange.Turns;
import dev.matview.server.push.Broadcasts;
import dev.matview.server.push.Outbox;
import dev.matview.server.share.Bench;
import dev.matview.server.share.FairShare;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All WebSockets of a server, and what they share. A sweep keeps their times. Thread-safe. */
public final class Sockets implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Sockets.class);

    private final Broadcasts broadcasts;
    private final Authenticator authenticator;
    private final MangoLimits mango;
    private final SocketLimits limits;
    private final FairShare share;
    private final Executor threads;
    private final InstantSource clock;
    private final Set<SocketConnection> connections = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> byCaller = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final MessageRoom unauthenticated;
    private final MessageRoom renewals;
    private volatile boolean closed;

    public Sockets(
            FeedSubscriptions feeds,
            Authenticator authenticator,
            MangoLimits mango,
            SocketLimits limits,
            FairShare share,
            Executor threads,
            InstantSource clock) {
        this.broadcasts = new Broadcasts(feeds);
        this.authenticator = authenticator;
        this.mango = mango;
        this.limits = limits;
        this.share = share;
        this.threads = threads;
        this.clock = clock;
        this.unauthenticated = new MessageRoom(limits.unauthenticatedBytes());
        this.renewals = new MessageRoom(limits.unauthenticatedBytes());
    }

    /** Looks whether anything has taken too long. */
    public void sweep() {
        if (connections.isEmpty() || closed) {
            return;
        }
        Instant now = now();
        connections.forEach(connection -> connection.sweep(now, limits));
    }

    Instant now() {
        return clock.instant();
    }

    /** The room for messages that renew tokens, of all sockets. */
    MessageRoom renewals() {
        return renewals;
    }

    /** What all clients together that have not authenticated may have sent. */
    public MessageRoom unauthenticated() {
        return unauthenticated;
    }

    /**
     * A connection that may be opened; null when there are too many.
     *
     * @param address whose it is as long as it has said nothing
     */
    @Nullable
    SocketConnection open(String path, String address) {
        if (count.incrementAndGet() > limits.maxSockets()) {
            makeRoom(address);
        }
        if (closed || count.get() > limits.maxSockets()) {
            count.decrementAndGet();
            return null;
        }
        SocketConnection connection = new SocketConnection(this, path, address, now());
        connections.add(connection);
        return connection;
    }

    /** Who has not said who it is makes room for one of another address that has fewer such sockets. */
    private void makeRoom(String address) {
        Map<String, List<SocketConnection>> silent = connections.stream()
                .filter(SocketConnection::isSilent)
                .collect(Collectors.groupingBy(SocketConnection::address));
        List<SocketConnection> most = silent.values().stream()
                .max(Comparator.comparingInt(List::size))
                .orElse(List.of());
        int own = silent.getOrDefault(address, List.of()).size();
        if (most.size() > own + 1) {
            most.stream().min(Comparator.comparing(SocketConnection::opened)).ifPresent(SocketConnection::disconnect);
        }
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
            String caller = connection.leave();
            if (caller != null) {
                uncount(caller);
            }
        }
    }

    /** Runs what may wait: not on the threads that read. */
    void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException stopping) {
            // The connections are closed as well.
            log.debug("The server has stopped", stopping);
        }
    }

    /** How many sockets there are. */
    public int count() {
        return count.get();
    }

    /** When the first of their tokens ends. */
    public Optional<Instant> firstExpiry() {
        return connections.stream()
                .flatMap(connection -> connection.expiry().stream())
                .min(Comparator.naturalOrder());
    }

    /** When the client that has been silent for longest was last heard of. */
    public Optional<Instant> longestSilentSince() {
        return connections.stream().map(SocketConnection::heard).min(Comparator.naturalOrder());
    }

    /** How many distinct queries they ask. */
    public int topics() {
        return broadcasts.topics();
    }

    /**
     * Counts a socket as the caller's.
     *
     * @return the caller's name
     * @throws HttpError 429 when it has as many as it may
     */
    String count(Caller caller, String address) {
        String name = Callers.name(caller, address);
        if (byCaller.merge(name, 1, Integer::sum) > limits.maxSocketsPerCaller()) {
            uncount(name);
            throw HttpError.tooManySockets(limits.maxSocketsPerCaller());
        }
        return name;
    }

    void uncount(String caller) {
        byCaller.computeIfPresent(caller, (name, open) -> open == 1 ? null : open - 1);
    }

    Identity authenticate(@Nullable String token) {
        try {
            return authenticator.authenticate(token);
        } catch (UnauthorizedException e) {
            throw HttpError.unauthorized(e);
        }
    }

    SocketRequest.Subscribed read(SocketRequest request, String path, Caller caller) {
        SocketRequest.Subscribed asked = request.subscribed(path, caller, mango);
        if (!asked.global()) {
            OwnDatabaseRules.require(authenticator, caller);
        }
        return asked;
    }

    /** @param caller as whose the socket is counted */
    Subscription subscribe(SocketRequest.Subscribed asked, Outbox outbox, String caller) {
        Bench bench = Turns.bench(asked.query(), asked.global());
        FairShare.Pushes pushes = share.pushes(caller, bench);
        return asked.global()
                ? broadcasts.subscribe(asked.collection(), asked.query(), outbox, pushes)
                : broadcasts.subscribeOwn(asked.collection(), asked.query(), outbox, pushes);
    }

    /** Says goodbye to all, and takes no more. */
    @Override
    public void close() {
        closed = true;
        connections.forEach(connection -> connection.close(CloseCode.GOING_AWAY, "the server stops"));
    }
}
