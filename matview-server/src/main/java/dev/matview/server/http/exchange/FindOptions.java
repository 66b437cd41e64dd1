package dev.matview.server.http.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.mango.MangoLimits;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The options of CouchDB's {@code _find}, refused as CouchDB 3.5 refuses them: of several mistakes the one that it finds
 * first, with its error name ({@code mango_opts.erl}, {@code mango_error.erl}). What it answers with a 500 is a 400 here.
 * Those about how CouchDB comes by its answer are of no meaning to a view: they are looked at, and change nothing.
 */
final class FindOptions {

    /** Reads the value of an option into a query. */
    private interface Option {
        /** @throws HttpError 400 */
        void read(JsonNode value, Query.Builder query, MangoLimits limits);
    }

    /** In CouchDB's order. */
    private static final Map<String, Option> OPTIONS = options();

    private FindOptions() {}

    private static Map<String, Option> options() {
        Map<String, Option> options = new LinkedHashMap<>();
        options.put("selector", (value, query, limits) -> query.selector(Selector.compile(value, limits)));
        options.put("use_index", check(FindOptions::requireIndexName));
        options.put("bookmark", (value, query, limits) -> bookmark(value, query));
        options.put("limit", (value, query, limits) -> query.limit(nonNegative(value)));
        options.put("skip", (value, query, limits) -> query.skip(nonNegative(value)));
        options.put("sort", (value, query, limits) -> query.sort(SortOrder.compile(value, limits)));
        options.put("fields", (value, query, limits) -> query.fields(Projection.compile(value, limits)));
        options.put("partition", check(FindOptions::refusePartition));
        options.put("r", check(FindOptions::requirePositive));
        options.put("conflicts", check(FindOptions::refuseConflicts));
        options.put("stale", check(FindOptions::requireOkOrFalse));
        for (String name : new String[] {"update", "stable", "execution_stats", "allow_fallback"}) {
            options.put(name, check(FindOptions::isTrue));
        }
        return Collections.unmodifiableMap(options);
    }

    private static Option check(Consumer<JsonNode> check) {
        return (value, query, limits) -> check.accept(value);
    }

    static Set<String> names() {
        return OPTIONS.keySet();
    }

    /**
     * Reads those of the named options that the body has.
     *
     * @throws HttpError 400
     * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector, the fields or the sort
     */
    static void read(ObjectNode body, Set<String> names, Query.Builder query, MangoLimits limits) {
        OPTIONS.forEach((name, option) -> {
            JsonNode value = names.contains(name) ? body.get(name) : null;
            if (value != null) {
                option.read(value, query, limits);
            }
        });
    }

    private static void bookmark(JsonNode value, Query.Builder query) {
        if (!value.isTextual() && !value.isNull()) {
            throw HttpError.badRequest("invalid_bookmark", "Invalid bookmark value: " + shown(value));
        }
        if (!value.asText("").isEmpty()) {
            query.bookmark(value.textValue());
        }
    }

    /** Integers too large for an int are as good as the largest: no view has as many rows. */
    private static int nonNegative(JsonNode value) {
        if (!value.isIntegralNumber() || value.bigIntegerValue().signum() < 0) {
            throw HttpError.badRequest(
                    "invalid_non_neg_integer", shown(value) + " is not an integer greater than or equal to zero");
        }
        return value.canConvertToInt() ? value.intValue() : Integer.MAX_VALUE;
    }

    private static void requirePositive(JsonNode value) {
        if (!value.isIntegralNumber() || value.bigIntegerValue().signum() <= 0) {
            throw HttpError.badRequest("invalid_pos_integer", shown(value) + " is not an integer greater than zero");
        }
    }

    static boolean isTrue(JsonNode value) {
        if (!value.isBoolean()) {
            throw HttpError.badRequest("invalid_boolean", "Invalid boolean value: " + shown(value));
        }
        return value.booleanValue();
    }

    private static void requireOkOrFalse(JsonNode value) {
        boolean fit = value.isTextual() ? Set.of("ok", "false").contains(value.textValue()) : isFalse(value);
        if (!fit) {
            throw HttpError.badRequest("invalid_ok_or_false_value", shown(value) + " is neither \"ok\" nor false");
        }
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.booleanValue();
    }

    /** The name of a design document and perhaps of a view in it, as a path or as a list. */
    private static void requireIndexName(JsonNode value) {
        boolean fit = value.isNull();
        if (value.isTextual()) {
            String[] parts = value.textValue().split("/", -1);
            fit = parts.length <= 2 || (parts.length == 3 && parts[0].equals("_design"));
        } else if (value.isArray()) {
            fit = value.size() <= 2;
            for (JsonNode part : value) {
                fit &= part.isTextual();
            }
        }
        if (!fit) {
            throw HttpError.badRequest("invalid_index_name", "Invalid index name: " + shown(value));
        }
    }

    private static void refusePartition(JsonNode value) {
        if (!value.isTextual()) {
            throw HttpError.badRequest("illegal_partition", "Partition must be a string");
        }
        String partition = value.textValue();
        if (partition.startsWith("_")) {
            throw HttpError.badRequest("illegal_partition", "Partition must not start with an underscore");
        }
        if (partition.contains(":")) {
            throw HttpError.badRequest("illegal_partition", "Partition must not contain a colon");
        }
        if (!partition.isEmpty()) {
            throw HttpError.badRequest("query_parse_error", "`partition` parameter is not supported on this db");
        }
    }

    private static void refuseConflicts(JsonNode value) {
        if (isTrue(value)) {
            throw HttpError.badRequest(
                    "not_supported",
                    "conflicts: true is not supported: a view has the winning revision of each document alone.");
        }
    }

    /** What the client sent, but not all of a megabyte of it. */
    static String shown(JsonNode value) {
        return shown(value.toString());
    }

    static String shown(String value) {
        return value.length() <= 100 ? value : value.substring(0, 100) + "…";
    }
}
