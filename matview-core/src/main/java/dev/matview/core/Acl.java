package dev.matview.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * Who may read a row of a feed whose access is {@link Access#ACL}, compiled from its document's {@code acl.read}. The
 * owner is the user whose database holds the document. Immutable.
 *
 * <p>A caller that {@code deny} names reads nothing; else the owner reads; else whoever {@code allow} names. An entry is
 * {@code "*"} for everybody or a DID. An entry of any other form (a certificate rule) allows nobody and denies
 * everybody, since nothing here can decide it.
 *
 * @param allow DIDs, or {@code "*"}
 * @param deny DIDs, or {@code "*"}
 */
public record Acl(Set<String> allow, Set<String> deny) {

    private static final String EVERYBODY = "*";

    /** What a document without an {@code acl} has: only the owner reads it. */
    public static final Acl OWNER_ONLY = new Acl(Set.of(), Set.of());

    private static final Acl NOBODY = new Acl(Set.of(), Set.of(EVERYBODY));

    public Acl {
        allow = Set.copyOf(allow);
        deny = Set.copyOf(deny);
    }

    /** Reads the {@code acl} of a document; one that cannot be understood lets nobody in. */
    public static Acl of(JsonNode document) {
        JsonNode read = document.path("acl").path("read");
        if (document.path("acl").isMissingNode() || (document.path("acl").isObject() && read.isMissingNode())) {
            return OWNER_ONLY;
        }
        JsonNode allow = read.path("allow");
        JsonNode deny = read.path("deny");
        if (!read.isObject() || !isListOrMissing(allow) || !isListOrMissing(deny)) {
            return NOBODY;
        }
        Set<String> allowed = new HashSet<>();
        allow.forEach(entry -> {
            if (entry.isTextual()) {
                allowed.add(entry.textValue());
            }
        });
        Set<String> denied = new HashSet<>();
        deny.forEach(entry -> denied.add(entry.isTextual() ? entry.textValue() : EVERYBODY));
        return new Acl(allowed, denied);
    }

    private static boolean isListOrMissing(JsonNode node) {
        return node.isMissingNode() || node.isArray();
    }

    /** Whether the caller may read a row of this ACL that comes from the database {@code owner}. */
    public boolean allows(Caller caller, String owner) {
        if (names(deny, caller)) {
            return false;
        }
        return owner.equals(caller.database()) || names(allow, caller);
    }

    private static boolean names(Set<String> entries, Caller caller) {
        return entries.contains(EVERYBODY) || (caller.did() != null && entries.contains(caller.did()));
    }
}
