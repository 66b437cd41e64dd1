package dev.matview.core.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Who may read a document, compiled from its {@code acl.read}: {@code {"allow": [...], "deny": [...]}}. The owner is the
 * user whose database holds the document. Immutable.
 *
 * <p>A caller that {@code deny} names reads nothing; else the owner reads; else whoever {@code allow} names. An entry is
 * {@code "*"} for everybody, a DID, or an object, which is a certificate rule. A document without an {@code acl} is its
 * owner's alone. What cannot be understood lets nobody in.
 *
 * @param allow DIDs, or {@code "*"}
 * @param allowRules certificate rules
 * @param deny DIDs, or {@code "*"}
 * @param denyRules certificate rules
 */
public record Acl(Set<String> allow, Set<JsonNode> allowRules, Set<String> deny, Set<JsonNode> denyRules) {

    private static final String EVERYBODY = "*";

    private static final int OVERHEAD = 100;

    /** The entry itself, and what leads from the one it names to the row. */
    private static final int ENTRY_OVERHEAD = 100;

    /** What a document without an {@code acl} has: only the owner reads it. */
    public static final Acl OWNER_ONLY = new Acl(Set.of(), Set.of(), Set.of(), Set.of());

    /** Everybody reads. */
    public static final Acl OPEN = new Acl(Set.of(EVERYBODY), Set.of(), Set.of(), Set.of());

    private static final Acl NOBODY = new Acl(Set.of(), Set.of(), Set.of(EVERYBODY), Set.of());

    public Acl {
        allow = Set.copyOf(allow);
        allowRules = Set.copyOf(allowRules);
        deny = Set.copyOf(deny);
        denyRules = Set.copyOf(denyRules);
    }

    /** The ACL of a document. */
    public static Acl of(JsonNode document) {
        JsonNode acl = document.path("acl");
        if (acl.isMissingNode() || (acl.isObject() && !acl.has("read"))) {
            return OWNER_ONLY;
        }
        return ofRead(acl.path("read"));
    }

    /** The ACL of an {@code acl.read}, such as {@link #json()} gives. */
    public static Acl ofRead(JsonNode read) {
        JsonNode allow = read.path("allow");
        JsonNode deny = read.path("deny");
        if (!read.isObject() || !isListOrMissing(allow) || !isListOrMissing(deny)) {
            return NOBODY;
        }
        Set<String> allowed = new HashSet<>();
        Set<JsonNode> allowedRules = new HashSet<>();
        for (JsonNode entry : allow) {
            if (entry.isTextual()) {
                allowed.add(entry.textValue());
            } else if (entry.isObject()) {
                allowedRules.add(entry.deepCopy());
            }
        }
        Set<String> denied = new HashSet<>();
        Set<JsonNode> deniedRules = new HashSet<>();
        for (JsonNode entry : deny) {
            if (entry.isObject()) {
                deniedRules.add(entry.deepCopy());
            } else {
                denied.add(entry.isTextual() ? entry.textValue() : EVERYBODY);
            }
        }
        Acl acl = new Acl(allowed, allowedRules, denied, deniedRules);
        return acl.equals(OPEN) ? OPEN : acl;
    }

    private static boolean isListOrMissing(JsonNode node) {
        return node.isMissingNode() || node.isArray();
    }

    /** The ACL as an {@code acl.read}; equal ACLs give the same text. */
    public ObjectNode json() {
        ObjectNode read = Json.object();
        entries(read.putArray("allow"), allow, allowRules);
        entries(read.putArray("deny"), deny, denyRules);
        return read;
    }

    private static void entries(ArrayNode list, Set<String> names, Set<JsonNode> rules) {
        names.stream().sorted().forEach(list::add);
        rules.stream().sorted(Comparator.comparing(JsonNode::toString)).forEach(rule -> list.add(rule.deepCopy()));
    }

    /** Whether every caller may read, whoever it is. */
    public boolean isOpen() {
        return allow.contains(EVERYBODY) && deny.isEmpty() && denyRules.isEmpty();
    }

    /** Whether it allows everybody whom it does not deny. */
    public boolean allowsEverybody() {
        return allow.contains(EVERYBODY);
    }

    /** Whether it denies everybody, the owner too. */
    public boolean deniesEverybody() {
        return deny.contains(EVERYBODY);
    }

    /** Whether certificate rules are to be asked for any caller. */
    public boolean asksRules() {
        return !deniesEverybody() && (!denyRules.isEmpty() || (!allowRules.isEmpty() && !allowsEverybody()));
    }

    /**
     * Whether the caller may read a document of this ACL that is in the database {@code owner}.
     *
     * @param rules decides on certificate rules
     */
    public boolean allows(Caller caller, String owner, CertificateRules rules) {
        if (names(deny, caller) || denyRules.stream().anyMatch(rule -> rules.denies(rule, caller))) {
            return false;
        }
        return Objects.equals(owner, caller.database())
                || names(allow, caller)
                || allowRules.stream().anyMatch(rule -> rules.allows(rule, caller));
    }

    /** How much memory it takes, about. */
    public long bytes() {
        long bytes = OVERHEAD;
        for (Set<String> names : List.of(allow, deny)) {
            for (String name : names) {
                bytes += ENTRY_OVERHEAD + name.length();
            }
        }
        for (Set<JsonNode> rules : List.of(allowRules, denyRules)) {
            for (JsonNode rule : rules) {
                bytes += ENTRY_OVERHEAD + 4L * rule.toString().length();
            }
        }
        return bytes;
    }

    private static boolean names(Set<String> entries, Caller caller) {
        return entries.contains(EVERYBODY) || (caller.did() != null && entries.contains(caller.did()));
    }
}
