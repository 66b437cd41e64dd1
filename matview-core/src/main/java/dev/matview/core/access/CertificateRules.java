package dev.matview.core.access;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Decides on the entries of an {@link Acl} that ask for a certificate, which matview knows nothing of. An embedder
 * implements it. Thread-safe and quick: it is asked for every row that has such an entry. For one caller it gives the same
 * answer for as long as a generation is served.
 */
public interface CertificateRules {

    /** Whether the rule, an entry of {@code allow}, lets the caller in. */
    boolean allows(JsonNode rule, Caller caller);

    /** Whether the rule, an entry of {@code deny}, keeps the caller out. */
    boolean denies(JsonNode rule, Caller caller);

    /** Lets nobody in and keeps everybody out. */
    static CertificateRules denied() {
        return DeniedRules.ONLY;
    }

    /** Whether what the rules say of a caller may change. */
    default boolean mayChange() {
        return true;
    }
}
