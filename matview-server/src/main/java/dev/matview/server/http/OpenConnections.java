package dev.matview.server.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections that are open; a WebSocket is none any more. One address has a number of them at most: one more takes
 * the place of the one that has been without a request for longest, so that half a request, however many there are of it,
 * keeps nobody out. A request's head has a time to come in. Thread-safe.
 */
final class OpenConnections implements Connection.Listener {

    /** How long the head of a request may take to come, from its first byte. */
    static final Duration HEAD_TIME = Duration.ofSeconds(10);

    private final int maxPerAddress;
    private final TrustedProxies proxies;
    private final InstantSource clock;

    /** Guarded by this. */
    private final Map<String, Set<TokenBoundConnections.Client>> byAddress = new HashMap<>();

    /** @param proxies whose connections are many people's, and have no bound of their own */
    OpenConnections(int maxPerAddress, TrustedProxies proxies, InstantSource clock) {
        this.maxPerAddress = maxPerAddress;
        this.proxies = proxies;
        this.clock = clock;
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof TokenBoundConnections.Client client) {
            TokenBoundConnections.Client outOfPlace = add(client);
            if (outOfPlace != null) {
                outOfPlace.getEndPoint().close();
            }
        }
    }

    /** Adds it, and says which one has to go for it: the new one itself when all others are at work. */
    private synchronized TokenBoundConnections.@Nullable Client add(TokenBoundConnections.Client client) {
        Set<TokenBoundConnections.Client> open = byAddress.computeIfAbsent(address(client), key -> new HashSet<>());
        TokenBoundConnections.Client outOfPlace = null;
        if (open.size() >= maxPerAddress && !proxies.trust(client.peer())) {
            outOfPlace = longestIdle(open).orElse(client);
            open.remove(outOfPlace);
        }
        if (outOfPlace != client) {
            open.add(client);
        }
        return outOfPlace;
    }

    private static Optional<TokenBoundConnections.Client> longestIdle(Set<TokenBoundConnections.Client> open) {
        TokenBoundConnections.Client longest = null;
        Instant since = Instant.MAX;
        for (TokenBoundConnections.Client client : open) {
            Instant idle = client.idleSince();
            if (idle != null && idle.isBefore(since)) {
                longest = client;
                since = idle;
            }
        }
        return Optional.ofNullable(longest);
    }

    @Override
    public synchronized void onClosed(Connection connection) {
        if (connection instanceof TokenBoundConnections.Client client) {
            byAddress.computeIfPresent(address(client), (address, open) -> {
                open.remove(client);
                return open.isEmpty() ? null : open;
            });
        }
    }

    /** Closes those whose request does not come to an end of its head. */
    void sweep() {
        Instant tooOld = clock.instant().minus(HEAD_TIME);
        all().forEach(client -> {
            Instant since = client.headSince();
            if (since != null && since.isBefore(tooOld)) {
                client.getEndPoint().close();
            }
        });
    }

    /** Closes those without a request: the server stops, and none is to come. */
    void closeIdle() {
        all().filter(client -> client.idleSince() != null)
                .forEach(client -> client.getEndPoint().close());
    }

    /** As they are now: closing one takes it out. */
    private synchronized Stream<TokenBoundConnections.Client> all() {
        return byAddress.values().stream().flatMap(Set::stream).toList().stream();
    }

    synchronized int count() {
        return byAddress.values().stream().mapToInt(Set::size).sum();
    }

    private static String address(TokenBoundConnections.Client client) {
        InetSocketAddress peer = client.peer();
        return peer == null ? "" : CallerAddress.group(peer.getAddress());
    }
}
