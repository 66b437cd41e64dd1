package dev.matview.server.http.exchange;

import dev.matview.core.access.Caller;
import dev.matview.server.auth.Authenticator;

/** Who may ask for a database of their own: whose token names one. Nothing else in a request does. */
public final class OwnDatabaseRules {

    private OwnDatabaseRules() {}

    /** @throws HttpError 403 when the caller has none */
    public static void require(Authenticator authenticator, Caller caller) {
        if (!authenticator.identifiesCallers()) {
            throw HttpError.of(
                    403,
                    "forbidden",
                    "Without global=true a query asks for the caller's own database, and this server does not tell"
                            + " callers apart. Add ?global=true for the global feed.");
        }
        if (caller.database() == null) {
            throw HttpError.of(
                    403,
                    "forbidden",
                    "Without global=true a query asks for the caller's own database, and the token names none: "
                            + authenticator.withoutDatabase() + ".");
        }
    }
}
