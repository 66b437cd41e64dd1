package dev.matview.core.access;

import org.jspecify.annotations.Nullable;

/**
 * Who asks. It matters to feeds whose access is {@link Access#ACL}; a public feed shows every caller the same.
 *
 * @param did the user's DID; null for a caller without one
 * @param database the user's own database, whose documents the caller owns; null for none
 */
public record Caller(@Nullable String did, @Nullable String database) {

    private static final Caller ANONYMOUS = new Caller(null, null);

    /** A caller that owns nothing and that no rule names. */
    public static Caller anonymous() {
        return ANONYMOUS;
    }
}
