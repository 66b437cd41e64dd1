package dev.matview.server.http.exchange;

import dev.matview.core.access.Caller;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.BearerToken;
import dev.matview.server.auth.Identity;
import dev.matview.server.auth.UnauthorizedException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** Tells who sends a request, and lets nobody have too many under way. Thread-safe. */
public final class Callers {

    private final Authenticator authenticator;
    private final int maxRequests;
    private final Map<String, Count> underWay = new ConcurrentHashMap<>();

    public Callers(Authenticator authenticator, int maxRequests) {
        this.authenticator = authenticator;
        this.maxRequests = maxRequests;
    }

    /** What is done for a caller. */
    public interface Task {
        void run(Identity identity) throws IOException;
    }

    /** @throws HttpError 401, 429 */
    public void admit(Exchange exchange, Task task) throws IOException {
        Identity identity = identify(exchange.request());
        String name = name(identity.caller(), exchange.address());
        Count count = enter(name);
        if (count == null) {
            throw HttpError.tooManyRequests();
        }
        exchange.atEnd(() -> leave(name, count));
        task.run(identity);
    }

    /** By what a caller is known, and counted: its DID, or its address where it has none. */
    public static String name(Caller caller, String address) {
        return caller.did() == null ? "address " + address : "did " + caller.did();
    }

    /** @throws HttpError 401, 403 when the caller is no administrator, 429 */
    public void admitAdministrator(Exchange exchange, Task task) throws IOException {
        admit(exchange, identity -> {
            requireAdministrator(identity);
            task.run(identity);
        });
    }

    /** @throws HttpError 403 when the caller is no administrator */
    public void requireAdministrator(Identity identity) {
        if (!identity.administrator()) {
            throw HttpError.of(
                    403,
                    "forbidden",
                    authenticator.knowsAdministrators()
                            ? "Only administrators may do this."
                            : "Only administrators may do this, and this server knows none: it was started without"
                                    + " --jwt-admin-claim.");
        }
    }

    /** How many callers have a request under way. */
    public int active() {
        return underWay.size();
    }

    /**
     * How many requests of a caller are under way. All of a proxy's, or of this machine's, are one caller's: no lock is taken,
     * behind which they would queue.
     */
    private static final class Count {
        /** Once it has come to nothing it is taken out of the map, and used no more. */
        private static final int OVER = -1;

        private final AtomicInteger requests = new AtomicInteger(1);

        /** One more, unless it is over or they are as many as may be. Says how many there were. */
        int enter(int most) {
            return requests.getAndUpdate(now -> now == OVER || now >= most ? now : now + 1);
        }

        /** Says whether it is over. */
        boolean leave() {
            return requests.updateAndGet(now -> now == 1 ? OVER : now - 1) == OVER;
        }
    }

    /** Counts one more; null when there are as many as may be. */
    private @Nullable Count enter(String name) {
        Count first = new Count();
        while (true) {
            Count known = underWay.putIfAbsent(name, first);
            if (known == null) {
                return first;
            }
            int before = known.enter(maxRequests);
            if (before != Count.OVER) {
                return before < maxRequests ? known : null;
            }
            underWay.remove(name, known);
        }
    }

    private void leave(String name, Count count) {
        if (count.leave()) {
            underWay.remove(name, count);
        }
    }

    private Identity identify(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        try {
            return authenticator.authenticate(authenticator.identifiesCallers() ? BearerToken.of(authorization) : null);
        } catch (UnauthorizedException e) {
            throw HttpError.unauthorized(e);
        }
    }

    /** @throws HttpError 403 when the caller has no database of its own */
    public void requireOwnDatabase(Caller caller) {
        OwnDatabaseRules.require(authenticator, caller);
    }
}
