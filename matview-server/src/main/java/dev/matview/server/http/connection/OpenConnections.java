package dev.matview.server.http.connection;

import dev.matview.server.http.exchange.CallerAddress;
import dev.matview.server.http.exchange.TrustedProxies;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections that are open; a WebSocket is none any more. They are bounded, in all and for one address: one more
 * takes the place of the one that has been without a request for longest, of its address or of the one that has most, so
 * that half a request, however many there are of it, keeps nobody out. A request's head has a time to come in. Thread-safe.
 */
public final class OpenConnections implements Connection.Listener {

    /** How long the head of a request may take to come, from its first byte. */
    public static final Duration HEAD_TIME = Duration.ofSeconds(10);

    private final ConnectionLimits limits;
    private final TrustedProxies proxies;
    private final InstantSource clock;

    /** Guarded by this. */
    private final Map<String, Set<TokenBoundConnections.Client>> byAddress = new HashMap<>();

    private int count;

    /** @param proxies whose connections are many people's, and have no bound of their own */
    public OpenConnections(ConnectionLimits limits, TrustedProxies proxies, InstantSource clock) {
        this.limits = limits;
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
        Set<TokenBoundConnections.Client> own = byAddress.computeIfAbsent(address(client), key -> new HashSet<>());
        own.add(client);
        count++;
        if (own.size() > limits.perAddress() && !proxies.trust(client.peer())) {
            return takeOut(longestIdle(own).orElse(client));
        }
        if (count > limits.inAll()) {
            Set<TokenBoundConnections.Client> most = byAddress.values().stream()
                    .max(Comparator.comparingInt(Set::size))
                    .orElse(own);
            return takeOut(longestIdle(most).orElse(client));
        }
        return null;
    }

    private TokenBoundConnections.Client takeOut(TokenBoundConnections.Client client) {
        remove(client);
        return client;
    }

    private void remove(TokenBoundConnections.Client client) {
        byAddress.computeIfPresent(address(client), (address, open) -> {
            if (open.remove(client)) {
                count--;
            }
            return open.isEmpty() ? null : open;
        });
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
            remove(client);
        }
    }

    /** Closes those whose request does not come to an end of its head. */
    public void sweep() {
        Instant tooOld = clock.instant().minus(HEAD_TIME);
        all().forEach(client -> {
            Instant since = client.headSince();
            if (since != null && since.isBefore(tooOld)) {
                client.getEndPoint().close();
            }
        });
    }

    /** Closes those without a request: the server stops, and none is to come. */
    public void closeIdle() {
        all().filter(client -> client.idleSince() != null)
                .forEach(client -> client.getEndPoint().close());
    }

    /** As they are now: closing one takes it out. */
    private synchronized Stream<TokenBoundConnections.Client> all() {
        return byAddress.values().stream().flatMap(Set::stream).toList().stream();
    }

    public synchronized int count() {
        return count;
    }

    private static String address(TokenBoundConnections.Client client) {
        InetSocketAddress peer = client.peer();
        return peer == null ? "" : CallerAddress.group(peer.getAddress());
    }
}
