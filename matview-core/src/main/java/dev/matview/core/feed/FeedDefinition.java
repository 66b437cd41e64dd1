package dev.matview.core.feed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.DatabasePattern;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one feed selects from the user databases, and how its view is kept. Immutable and thread-safe. Made by its builder
 * alone: which stored rows may be served hangs on the {@link #fingerprint}. The keys and their meaning are those of the
 * registry's JSON.
 *
 * <pre>{@code
 * FeedDefinition posts = FeedDefinition.builder("posts")
 *         .selector("{\"type\": \"post\"}")
 *         .fields("_id", "content", "author", "createdAt")
 *         .sort("[{\"createdAt\": \"desc\"}]")
 *         .interval(Duration.ofMinutes(5))
 *         .build();
 * }</pre>
 */
public sealed interface FeedDefinition permits DefinedFeed {

    /** The collection that clients ask for; names the feed. */
    String collection();

    /** The name of the view that holds the feed's rows. */
    String viewName();

    /** Which documents are in the feed. */
    Selector selector();

    /** What a row shows of its document. */
    Projection fields();

    /** The order of the rows. A document that lacks a sort field is not in the feed, as in CouchDB. */
    SortOrder sort();

    /** How many rows the view keeps, the first ones in its order; empty keeps all. */
    OptionalInt limit();

    /** The user databases the feed covers: those that match any of these patterns. */
    List<DatabasePattern> databases();

    /** Whether the definition says what databases it covers; where it does not, they are those of {@link #over}. */
    boolean namesDatabases();

    /**
     * The feed as it is where that rule tells users' databases: over those of all users, if it does not name any. What
     * follows references by another rule has another fingerprint.
     */
    FeedDefinition over(UserDatabases users);

    /**
     * The feed as it is where its store keeps the {@link #indexes} with the rows, and in the rows' place who may read them: with
     * other indexes it has another fingerprint, so that the view is built anew.
     */
    FeedDefinition indexedInStore();

    /** When the feed is refreshed. */
    Refresh refresh();

    /** Who may read the rows. */
    Access access();

    /** The fields whose references are resolved at refresh; empty for none. */
    List<String> expand();

    /**
     * By what else than its own order the view can be read, at the cost of what is read: each is a list of fields, which
     * further selectors name and sorts ask for. They change what a query costs and never its answer, are over what rows show,
     * and can be changed without reading a database, but over a store that serves pages ({@link #indexedInStore}). At most {@value #MAX_INDEXES}; empty for none.
     */
    List<SortOrder> indexes();

    /** How many indexes a feed may list. */
    int MAX_INDEXES = 8;

    /**
     * Names everything that decides what is in the view and in which order. Two definitions with one fingerprint have
     * the same rows, so that a new interval needs no rebuild and a new selector does.
     */
    String fingerprint();

    /**
     * The first field of an index that rows do not show, as it was given: there can be no such index.
     *
     * @param fields what rows show
     */
    static Optional<String> notShown(SortOrder index, Projection fields) {
        List<SortOrder.Column> columns = index.columns();
        for (int i = 0; i < columns.size(); i++) {
            if (!fields.keeps(columns.get(i).path())) {
                return Optional.of(index.fields().get(i));
            }
        }
        return Optional.empty();
    }

    /** Whether the feed covers the database of this name. */
    default boolean covers(String database) {
        for (DatabasePattern pattern : databases()) {
            if (pattern.matches(database)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A builder of a feed over the databases of all users ({@code userdb-*} unless {@link
     * dev.matview.core.GlobalFeeds.Builder#userDatabases} says otherwise) that selects every document whole, orders by {@code _id}, is
     * refreshed every five minutes and is open to every caller; its view is {@code _global_} and the collection's name.
     */
    static Builder builder(String collection) {
        return new Builder(collection);
    }

    /** Builds feed definitions. Not thread-safe. */
    final class Builder {
        private final String collection;
        private String viewName;
        private Selector selector = Selector.all();
        private Projection fields = Projection.all();
        private SortOrder sort = SortOrder.none();
        private OptionalInt limit = OptionalInt.empty();
        private List<DatabasePattern> databases = List.of();
        private Refresh refresh = Refresh.every(Duration.ofMinutes(5));
        private Access access = Access.PUBLIC;
        private List<String> expand = List.of();
        private List<SortOrder> indexes = List.of();

        private Builder(String collection) {
            this.collection = requireName(collection, "collection");
            this.viewName = "_global_" + collection;
        }

        /** @throws IllegalArgumentException when the name is blank */
        public Builder viewName(String viewName) {
            this.viewName = requireName(viewName, "viewName");
            return this;
        }

        public Builder selector(Selector selector) {
            this.selector = Objects.requireNonNull(selector, "selector");
            return this;
        }

        /** @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector */
        public Builder selector(JsonNode selector) {
            return selector(Selector.compile(selector));
        }

        /**
         * @param json the selector as JSON text
         * @throws IllegalArgumentException when the text is not JSON
         * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector
         */
        public Builder selector(String json) {
            return selector(Json.parse(json));
        }

        public Builder fields(Projection fields) {
            this.fields = Objects.requireNonNull(fields, "fields");
            return this;
        }

        /** The fields a row shows; none at all shows the whole document. */
        public Builder fields(String... fields) {
            return fields(Projection.compile(Json.array(List.of(fields))));
        }

        public Builder sort(SortOrder sort) {
            this.sort = Objects.requireNonNull(sort, "sort");
            return this;
        }

        /**
         * @param json the sort as JSON text, such as {@code [{"createdAt": "desc"}]}
         * @throws IllegalArgumentException when the text is not JSON
         * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the sort
         */
        public Builder sort(String json) {
            return sort(SortOrder.compile(Json.parse(json)));
        }

        /** @throws IllegalArgumentException when the limit is not above zero */
        public Builder limit(int limit) {
            if (limit <= 0) {
                throw new IllegalArgumentException("limit must be above zero, not " + limit);
            }
            this.limit = OptionalInt.of(limit);
            return this;
        }

        /** @throws IllegalArgumentException when there is no pattern, or one of them is none */
        public Builder databases(String... patterns) {
            if (patterns.length == 0) {
                throw new IllegalArgumentException("a feed covers at least one database pattern");
            }
            this.databases = List.of(patterns).stream().map(DatabasePattern::of).toList();
            return this;
        }

        public Builder refresh(Refresh refresh) {
            this.refresh = Objects.requireNonNull(refresh, "refresh");
            return this;
        }

        public Builder interval(Duration interval) {
            return refresh(Refresh.every(interval));
        }

        public Builder access(Access access) {
            this.access = Objects.requireNonNull(access, "access");
            return this;
        }

        public Builder expand(List<String> expand) {
            this.expand = List.copyOf(expand);
            return this;
        }

        /**
         * The fields that further selectors and sorts find rows by.
         *
         * @throws IllegalArgumentException when they are more than {@value FeedDefinition#MAX_INDEXES}, or one has no field
         */
        public Builder indexes(List<SortOrder> indexes) {
            if (indexes.size() > MAX_INDEXES) {
                throw new IllegalArgumentException(
                        "a feed lists at most " + MAX_INDEXES + " indexes, not " + indexes.size());
            }
            if (indexes.stream().anyMatch(SortOrder::isNone)) {
                throw new IllegalArgumentException("an index has at least one field");
            }
            this.indexes = List.copyOf(indexes);
            return this;
        }

        /**
         * @param json the indexes as JSON text, such as {@code [["author"], ["tag", {"likes": "desc"}]]}
         * @throws IllegalArgumentException when the text is no JSON array, or as {@link #indexes(List)}
         * @throws dev.matview.core.mango.MangoException when one of them could not be sorted by
         */
        public Builder indexes(String json) {
            JsonNode list = Json.parse(json);
            if (!list.isArray()) {
                throw new IllegalArgumentException("indexes must be an array of lists of fields");
            }
            List<SortOrder> compiled = new ArrayList<>();
            list.forEach(index -> compiled.add(SortOrder.compile(index)));
            return indexes(compiled);
        }

        /** @throws IllegalArgumentException when an index has a field that the rows do not show */
        public FeedDefinition build() {
            for (SortOrder index : indexes) {
                FeedDefinition.notShown(index, fields).ifPresent(field -> {
                    throw new IllegalArgumentException(
                            "an index is over what rows show; fields does not list " + field);
                });
            }
            DefinedFeed feed = new DefinedFeed(
                    collection, viewName, selector, fields, sort, limit, databases, refresh, access, expand, indexes);
            return feed.over(UserDatabases.standard());
        }

        private static String requireName(String name, String what) {
            if (name.isBlank()) {
                throw new IllegalArgumentException(what + " must not be blank");
            }
            return name;
        }
    }
}
