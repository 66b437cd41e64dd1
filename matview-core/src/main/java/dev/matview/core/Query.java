package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Caller;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What to read of a view: all of it in its own order, or what a further selector, projection and sort make of it. They
 * see what the rows show and nothing else of the documents. Immutable and thread-safe.
 */
public final class Query {

    private static final Query ALL = builder().build();

    private final Selector selector;
    private final Projection fields;
    private final SortOrder sort;
    private final OptionalInt limit;
    private final int skip;
    private final @Nullable String bookmark;
    private final Caller caller;
    private final List<String> expand;
    private final @Nullable Duration maxAge;
    private final String shape;

    private Query(Builder builder) {
        this.selector = builder.selector;
        this.fields = builder.fields;
        this.sort = builder.sort;
        this.limit = builder.limit;
        this.skip = builder.skip;
        this.bookmark = builder.bookmark;
        this.caller = builder.caller;
        this.expand = builder.expand;
        this.maxAge = builder.maxAge;
        this.shape = builder.shape == null ? shape(selector, fields, sort) : builder.shape;
    }

    /** The first page of the view, as the view is, for an anonymous caller. */
    public static Query all() {
        return ALL;
    }

    /** A builder of {@link #all()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder of this query. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.shape = shape;
        builder.selector = selector;
        builder.fields = fields;
        builder.sort = sort;
        builder.limit = limit;
        builder.skip = skip;
        builder.bookmark = bookmark;
        builder.caller = caller;
        builder.expand = expand;
        builder.maxAge = maxAge;
        return builder;
    }

    /** Which rows; every row unless set. */
    public Selector selector() {
        return selector;
    }

    /** What to show of the rows; all they show unless set. */
    public Projection fields() {
        return fields;
    }

    /** The order; the view's own unless set. Rows without a sort field are left out, as in CouchDB. */
    public SortOrder sort() {
        return sort;
    }

    /** How many rows at most; the page size of the {@link GlobalFeeds} unless set, and never above its maximum. */
    public OptionalInt limit() {
        return limit;
    }

    /** How many rows to pass over, counted from the bookmark if there is one. */
    public int skip() {
        return skip;
    }

    /** Where an earlier page of the same query ended; null starts at the beginning of the current generation. */
    public @Nullable String bookmark() {
        return bookmark;
    }

    /** Who asks. */
    public Caller caller() {
        return caller;
    }

    /**
     * The top-level fields whose references to other users' documents are to be replaced by the documents, as far as the
     * caller may read them. What the feed lists itself is expanded in any case, and cheaper.
     */
    public List<String> expand() {
        return expand;
    }

    /**
     * How old the answer may be: where the view was not known to match its sources at most so long ago, it is refreshed
     * first, as far as the time of a query allows; zero asks for a refresh that begins after the call, and so shows what the
     * caller has written before. Null takes the view as it is. Of no meaning to a subscription, to a page that a bookmark
     * continues, and to a caller's own database, which is read live.
     */
    public @Nullable Duration maxAge() {
        return maxAge;
    }

    /** Names selector, fields and sort: two queries of one shape see the same rows in the same order. */
    public String shape() {
        return shape;
    }

    private static String shape(Selector selector, Projection fields, SortOrder sort) {
        ObjectNode parts = Json.object();
        parts.set("selector", selector.json());
        parts.set("fields", fields.json());
        parts.set("sort", sort.json());
        return parts.toString();
    }

    /** Builds queries. Not thread-safe. */
    public static final class Builder {
        private Selector selector = Selector.all();
        private Projection fields = Projection.all();
        private SortOrder sort = SortOrder.none();
        private OptionalInt limit = OptionalInt.empty();
        private int skip;
        private @Nullable String bookmark;
        private Caller caller = Caller.anonymous();
        private List<String> expand = List.of();
        private @Nullable Duration maxAge;

        /** That of the query that this was made of, as long as nothing is changed of what it names. */
        private @Nullable String shape;

        private Builder() {}

        public Builder selector(Selector selector) {
            this.selector = Objects.requireNonNull(selector, "selector");
            this.shape = null;
            return this;
        }

        /**
         * @param json the selector as JSON text
         * @throws IllegalArgumentException when the text is not JSON
         * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector
         */
        public Builder selector(String json) {
            return selector(Selector.compile(Json.parse(json)));
        }

        public Builder fields(Projection fields) {
            this.fields = Objects.requireNonNull(fields, "fields");
            this.shape = null;
            return this;
        }

        public Builder sort(SortOrder sort) {
            this.sort = Objects.requireNonNull(sort, "sort");
            this.shape = null;
            return this;
        }

        /** @throws IllegalArgumentException when the limit is negative */
        public Builder limit(int limit) {
            this.limit = OptionalInt.of(requireNotNegative(limit, "limit"));
            return this;
        }

        /** @throws IllegalArgumentException when the number is negative */
        public Builder skip(int skip) {
            this.skip = requireNotNegative(skip, "skip");
            return this;
        }

        public Builder bookmark(@Nullable String bookmark) {
            this.bookmark = bookmark;
            return this;
        }

        public Builder caller(Caller caller) {
            this.caller = Objects.requireNonNull(caller, "caller");
            return this;
        }

        public Builder expand(List<String> fields) {
            this.expand = List.copyOf(fields);
            return this;
        }

        /** @throws IllegalArgumentException when the age is negative */
        public Builder maxAge(@Nullable Duration maxAge) {
            if (maxAge != null && maxAge.isNegative()) {
                throw new IllegalArgumentException("maxAge must not be negative, not " + maxAge);
            }
            this.maxAge = maxAge;
            return this;
        }

        public Query build() {
            return new Query(this);
        }

        private static int requireNotNegative(int value, String name) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " must not be negative, not " + value);
            }
            return value;
        }
    }
}
