package dev.matview.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Caller;
import dev.matview.core.Query;
import dev.matview.core.mango.MangoLimits;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request to {@code /data/{collection}/query} asks. Its body has one of two forms. With a {@code selector} object
 * it is read as CouchDB's {@code _find} reads it. Any other is flat: some keys are options, and every other key is part
 * of the selector. The keys {@code global}, {@code expand} and {@code maxCacheAge} are options of both.
 *
 * @param global whether the feed over all user databases is asked, rather than the caller's own
 * @param query what to read of the feed
 */
record QueryRequest(boolean global, Query query) {

    private static final Set<String> FLAT_OPTIONS =
            Set.of("expand", "maxCacheAge", "global", "limit", "fields", "sort");

    private static final Set<String> FIND_KEYS = Set.of(
            "selector",
            "fields",
            "sort",
            "limit",
            "skip",
            "bookmark",
            "global",
            "expand",
            "maxCacheAge",
            // CouchDB's, about how it finds its answer: of no meaning to a view, and so no reason to refuse a query.
            "use_index",
            "r",
            "conflicts",
            "stale",
            "update",
            "stable",
            "execution_stats",
            "allow_fallback");

    private static final int MAX_EXPAND = 32;

    /**
     * @param globalParameter the query string's {@code global}; null for none
     * @param expandParameter the query string's {@code expand}, comma separated; null for none
     * @throws HttpError 400
     * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector, the fields or the sort
     */
    static QueryRequest of(
            ObjectNode body,
            @Nullable String globalParameter,
            @Nullable String expandParameter,
            Caller caller,
            MangoLimits limits) {
        boolean global = isTrue(body.get("global")) || "true".equals(globalParameter);
        List<String> expand = new ArrayList<>(expandList(body.get("expand")));
        expand.addAll(commaSeparated(expandParameter));
        if (expand.size() > MAX_EXPAND) {
            throw HttpError.badRequest("invalid_expand", "expand names more than " + MAX_EXPAND + " fields.");
        }
        Query.Builder query = Query.builder().caller(caller).expand(expand);
        if (body.get("selector") instanceof ObjectNode selector) {
            requireFindKeys(body);
            select(query, selector, limits);
            page(query, body);
        } else {
            ObjectNode selector = body.deepCopy();
            selector.remove(FLAT_OPTIONS);
            select(query, selector, limits);
        }
        shape(query, body, limits);
        return new QueryRequest(global, query.build());
    }

    private static void requireFindKeys(ObjectNode body) {
        for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIND_KEYS.contains(name)) {
                throw HttpError.badRequest("invalid_key", "Invalid key " + quoted(name) + " for this request.");
            }
        }
    }

    /** An empty selector is left out: the query then is the plain one, whose pages are kept ready. */
    private static void select(Query.Builder query, ObjectNode selector, MangoLimits limits) {
        if (!selector.isEmpty()) {
            query.selector(Selector.compile(selector, limits));
        }
    }

    private static void page(Query.Builder query, ObjectNode body) {
        JsonNode skip = body.get("skip");
        if (skip != null) {
            query.skip(nonNegative(skip));
        }
        JsonNode bookmark = body.get("bookmark");
        if (bookmark == null || bookmark.isNull()) {
            return;
        }
        if (!bookmark.isTextual()) {
            throw HttpError.badRequest("invalid_bookmark", "Invalid bookmark value: " + quoted(bookmark.toString()));
        }
        if (!bookmark.textValue().isEmpty()) {
            query.bookmark(bookmark.textValue());
        }
    }

    private static void shape(Query.Builder query, ObjectNode body, MangoLimits limits) {
        JsonNode limit = body.get("limit");
        if (limit != null) {
            query.limit(nonNegative(limit));
        }
        JsonNode fields = body.get("fields");
        if (fields != null && !isEmptyArray(fields)) {
            query.fields(Projection.compile(fields, limits));
        }
        JsonNode sort = body.get("sort");
        if (sort != null && !isEmptyArray(sort)) {
            query.sort(SortOrder.compile(sort, limits));
        }
    }

    /** Integers too large for an int are as good as the largest: no view has as many rows. */
    private static int nonNegative(JsonNode number) {
        if (!number.isIntegralNumber() || number.bigIntegerValue().signum() < 0) {
            throw HttpError.badRequest(
                    "invalid_non_neg_integer",
                    quoted(number.toString()) + " is not an integer greater than or equal to zero");
        }
        return number.canConvertToInt() ? number.intValue() : Integer.MAX_VALUE;
    }

    private static boolean isTrue(@Nullable JsonNode value) {
        if (value == null) {
            return false;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        throw HttpError.badRequest("invalid_boolean", "Invalid boolean value: " + quoted(value.toString()));
    }

    private static List<String> expandList(@Nullable JsonNode expand) {
        if (expand == null || expand.isNull()) {
            return List.of();
        }
        if (expand.isTextual()) {
            return commaSeparated(expand.textValue());
        }
        List<String> fields = new ArrayList<>();
        expand.forEach(field -> fields.add(field.textValue()));
        if (!expand.isArray() || fields.contains(null)) {
            throw HttpError.badRequest(
                    "invalid_expand", "expand must be an array of strings, not: " + quoted(expand.toString()));
        }
        return fields;
    }

    private static List<String> commaSeparated(@Nullable String names) {
        if (names == null) {
            return List.of();
        }
        return Arrays.stream(names.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static boolean isEmptyArray(JsonNode json) {
        return json.isArray() && json.isEmpty();
    }

    /** Says back what the client sent, but not all of a megabyte of it. */
    private static String quoted(String value) {
        return value.length() <= 100 ? value : value.substring(0, 100) + "…";
    }
}
