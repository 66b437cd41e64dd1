package dev.matview.server.http.exchange;

import dev.matview.core.access.Caller;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.BearerToken;
import dev.matview.server.auth.Identity;
import dev.matview.server.auth.UnauthorizedException;
import java.io.IOException;
import javax.servlet.http.HttpServletRequest;

/** Tells who sends a request, and lets nobody have too many under way. Thread-safe. */
public final class Callers {

    private final Authenticator authenticator;
    private final UnderWay underWay;

    public Callers(Authenticator authenticator, int maxRequests) {
        this.authenticator = authenticator;
        this.underWay = new UnderWay(maxRequests);
    }

    /** What is done for a caller. */
    public interface Task {
        void run(Identity identity) throws IOException;
    }

    /** @throws HttpError 401, 429 */
    public void admit(Exchange exchange, Task task) throws IOException {
        Identity identity = identify(exchange.request());
        Runnable left = underWay.enter(name(identity.caller(), exchange.address()));
        if (left == null) {
            throw HttpError.tooManyRequests();
        }
        exchange.atEnd(left);
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
        return underWay.callers();
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
