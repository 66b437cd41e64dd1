package dev.matview.core.feed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.DatabasePattern;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;

/** The one feed definition there is; its fingerprint is computed once. */
record DefinedFeed(
        String collection,
        String viewName,
        Selector selector,
        Projection fields,
        SortOrder sort,
        OptionalInt limit,
        List<DatabasePattern> databases,
        boolean namesDatabases,
        Refresh refresh,
        Access access,
        List<String> expand,
        List<SortOrder> indexes,
        boolean isIndexedInStore,
        String fingerprint)
        implements FeedDefinition {

    /** Never to be changed: it was the view's format before views had one of their own, {@code ViewHead#FORMAT}. */
    private static final int BEFORE_FORMATS = 1;

    /** How a store that serves pages is told what rows are found by; to be raised when that changes. */
    private static final int INDEXING = 1;

    /** @param databases empty where the feed names none, until {@link #over} tells those of all users */
    DefinedFeed(
            String collection,
            String viewName,
            Selector selector,
            Projection fields,
            SortOrder sort,
            OptionalInt limit,
            List<DatabasePattern> databases,
            Refresh refresh,
            Access access,
            List<String> expand,
            List<SortOrder> indexes) {
        this(
                collection,
                viewName,
                selector,
                fields,
                sort,
                limit,
                databases,
                !databases.isEmpty(),
                refresh,
                access,
                expand,
                indexes,
                false,
                fingerprint(selector, fields, sort, limit, databases, access, expand, UserDatabases.standard()));
    }

    @Override
    public FeedDefinition over(UserDatabases users) {
        List<DatabasePattern> covered = namesDatabases ? databases : List.of(users.pattern());
        String over = fingerprint(selector, fields, sort, limit, covered, access, expand, users);
        return new DefinedFeed(
                collection,
                viewName,
                selector,
                fields,
                sort,
                limit,
                covered,
                namesDatabases,
                refresh,
                access,
                expand,
                indexes,
                isIndexedInStore,
                isIndexedInStore ? withIndexes(over) : over);
    }

    @Override
    public FeedDefinition indexedInStore() {
        return isIndexedInStore
                ? this
                : new DefinedFeed(
                        collection,
                        viewName,
                        selector,
                        fields,
                        sort,
                        limit,
                        databases,
                        namesDatabases,
                        refresh,
                        access,
                        expand,
                        indexes,
                        true,
                        withIndexes(fingerprint));
    }

    private String withIndexes(String ofRows) {
        ObjectNode parts = Json.object();
        parts.put("rows", ofRows);
        parts.put("indexing", INDEXING);
        parts.set(
                "indexes", Json.array(indexes.stream().map(SortOrder::toString).toList()));
        return sha256(parts.toString());
    }

    private static String fingerprint(
            Selector selector,
            Projection fields,
            SortOrder sort,
            OptionalInt limit,
            List<DatabasePattern> databases,
            Access access,
            List<String> expand,
            UserDatabases users) {
        ObjectNode parts = Json.object();
        parts.put("format", BEFORE_FORMATS);
        parts.set("selector", selector.json());
        parts.set("fields", fields.json());
        parts.set("sort", sort.json());
        limit.ifPresent(n -> parts.put("limit", n));
        parts.set(
                "databases",
                Json.array(databases.stream().map(DatabasePattern::toString).toList()));
        parts.put("access", access.name());
        parts.set("expand", Json.array(expand));
        if (!expand.isEmpty() && !users.rule().equals(UserDatabases.standard().rule())) {
            // Rows hold documents of the users that the rule finds.
            parts.put("users", users.rule());
        }
        return sha256(parts.toString());
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
