package dev.matview.server.auth;

import dev.matview.core.access.Caller;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a token says of who sent it.
 *
 * @param caller who asks
 * @param expiry when the token is no longer accepted; null for never
 * @param administrator whether the caller may see what feeds do, and refresh them
 */
public record Identity(Caller caller, @Nullable Instant expiry, boolean administrator) {

    private static final Identity ANYBODY = new Identity(Caller.anonymous(), null, true);

    /** Everybody, where callers are not told apart: they are on this machine, and so administrators too. */
    static Identity anybody() {
        return ANYBODY;
    }
}
