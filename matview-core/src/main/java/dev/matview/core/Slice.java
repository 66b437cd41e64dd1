package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.Json;
import dev.matview.core.mango.Budget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * The rows one user database contributes to one feed, and the position they reflect. Immutable.
 *
 * @param rows in no particular order, no two with the same id
 */
public record Slice(String database, Position position, List<Row> rows) {

    public Slice {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(position, "position");
        rows = List.copyOf(rows);
    }

    /** A builder that decides with the feed's own selector which documents make rows, and what the rows show. */
    public static Builder builder(FeedDefinition feed, String database) {
        return new Builder(feed, database);
    }

    /** Turns the documents of one database into the slice of one feed. Not thread-safe; holds matching rows only. */
    public static final class Builder {

        private static final String DESIGN_DOCUMENT = "_design/";

        private final FeedDefinition feed;
        private final String database;
        /** What documents cost, nobody waits for; regular expressions have their own bound. */
        private final Budget budget = Budget.unlimited();

        private final List<Row> rows = new ArrayList<>();
        /** With a limit, only the first rows of a slice can be among the first of the view: the last of them on top. */
        private final PriorityQueue<Row> first = new PriorityQueue<>(Collections.reverseOrder());

        private Builder(FeedDefinition feed, String database) {
            this.feed = Objects.requireNonNull(feed, "feed");
            this.database = Objects.requireNonNull(database, "database");
        }

        /**
         * Takes a document of the database, as CouchDB would give it, with {@code _id} and {@code _rev}. Design
         * documents, documents that do not match and documents without a sort field make no row.
         *
         * @throws IllegalArgumentException when the document has no {@code _id}
         * @throws dev.matview.core.mango.MangoException when the selector's regular expression costs too much on it
         */
        public Builder add(ObjectNode document) {
            String id = document.path("_id").textValue();
            if (id == null) {
                throw new IllegalArgumentException("a document of " + database + " has no _id");
            }
            if (id.startsWith(DESIGN_DOCUMENT) || !feed.selector().matches(document, budget)) {
                return this;
            }
            byte[] sortKey = feed.sort().key(document, budget);
            if (sortKey != null) {
                Acl acl = feed.access() == Access.ACL ? Acl.of(document) : null;
                ObjectNode shown = feed.fields().apply(document, budget);
                keep(new Row(database, id, sortKey, Json.bytes(shown), acl, expansions(shown)));
            }
            return this;
        }

        /** Only what the row shows: a reference in a field that is not listed stays hidden. */
        private List<Expansion> expansions(ObjectNode shown) {
            if (feed.expand().isEmpty()) {
                return List.of();
            }
            return feed.expand().stream()
                    .flatMap(field -> Expansion.of(shown, field).stream())
                    .toList();
        }

        private void keep(Row row) {
            if (feed.limit().isEmpty()) {
                rows.add(row);
                return;
            }
            first.add(row);
            if (first.size() > feed.limit().getAsInt()) {
                first.remove();
            }
        }

        /** The slice of the documents added so far. */
        public Slice build(Position position) {
            return new Slice(database, position, feed.limit().isEmpty() ? rows : new ArrayList<>(first));
        }
    }
}
