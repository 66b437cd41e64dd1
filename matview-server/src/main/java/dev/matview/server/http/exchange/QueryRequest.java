package dev.matview.server.http.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoLimits;
import dev.matview.core.mango.Selector;
import dev.matview.core.registry.Spelling;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a request to {@code /data/{collection}/query} asks. Its body has one of two forms. With the key {@code selector} it
 * is read as CouchDB's {@code _find} reads it, and refused as that refuses it. Any other is flat: some keys are options,
 * and every other key is part of the selector. The keys {@code global}, {@code expand} and {@code maxCacheAge} are options
 * of both.
 *
 * <p>The options of the flat form are all that there will ever be: one more would take a field from somebody's selector.
 * Later ones come by the query string.
 *
 * @param global whether the feed over all user databases is asked, rather than the caller's own
 * @param query what to read of the feed
 */
public record QueryRequest(boolean global, Query query) {

    private static final String SELECTOR = "selector";

    private static final Set<String> OWN_OPTIONS = Set.of("global", "expand", "maxCacheAge");

    /** Those of {@code _find}'s options that the flat form has too. */
    private static final Set<String> FLAT_OPTIONS = Set.of("bookmark", "limit", "skip", "sort", "fields");

    private static final int MAX_EXPAND = 32;

    /** No view is older; a larger number might be none that a duration can hold. */
    private static final BigDecimal MAX_AGE_SECONDS = BigDecimal.valueOf(1_000_000_000);

    /**
     * @param keysBeside keys of the body that the query shares it with, and that are read elsewhere
     * @param globalParameter the query string's {@code global}; null for none
     * @param expandParameter the query string's {@code expand}, comma separated; null for none
     * @throws HttpError 400
     * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector, the fields or the sort
     */
    public static QueryRequest of(
            ObjectNode body,
            Set<String> keysBeside,
            @Nullable String globalParameter,
            @Nullable String expandParameter,
            Caller caller,
            MangoLimits limits) {
        Query.Builder query = Query.builder().caller(caller);
        if (body.has(SELECTOR)) {
            FindOptions.read(body, FindOptions.names(), query, limits);
            requireKnown(body, keysBeside);
        } else {
            readFlat(body, keysBeside, query, limits);
        }
        JsonNode global = body.get("global");
        query.expand(expand(body.get("expand"), expandParameter));
        query.maxAge(maxAge(body.get("maxCacheAge")));
        return new QueryRequest(
                (global != null && FindOptions.isTrue(global)) || "true".equals(globalParameter), query.build());
    }

    private static void readFlat(ObjectNode body, Set<String> keysBeside, Query.Builder query, MangoLimits limits) {
        ObjectNode options = body.deepCopy().retain(FLAT_OPTIONS);
        // Clients of the time before send null for no fields and for no sort.
        options.remove(Stream.of("fields", "sort")
                .filter(name -> options.path(name).isNull())
                .toList());
        FindOptions.read(options, FLAT_OPTIONS, query, limits);
        ObjectNode selector = body.deepCopy();
        selector.remove(FLAT_OPTIONS).remove(OWN_OPTIONS).remove(keysBeside);
        query.selector(Selector.compile(selector, limits));
    }

    private static void requireKnown(ObjectNode body, Set<String> keysBeside) {
        List<String> known = Stream.of(FindOptions.names(), OWN_OPTIONS, keysBeside)
                .flatMap(Collection::stream)
                .sorted()
                .toList();
        requireKnown(body, known);
    }

    /** @throws HttpError 400 when the object has another key */
    public static void requireKnown(ObjectNode object, Collection<String> known) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String advice = Spelling.nearest(name, known)
                        .map(nearest -> "; did you mean " + nearest + "?")
                        .orElse(".");
                throw HttpError.badRequest(
                        "invalid_key", "Invalid key " + FindOptions.shown(name) + " for this request" + advice);
            }
        });
    }

    private static List<String> expand(@Nullable JsonNode listed, @Nullable String parameter) {
        List<String> expand = new ArrayList<>(expandList(listed));
        expand.addAll(commaSeparated(parameter));
        if (expand.size() > MAX_EXPAND) {
            throw HttpError.badRequest("invalid_expand", "expand names more than " + MAX_EXPAND + " fields.");
        }
        return expand;
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
                    "invalid_expand", "expand must be an array of strings, not: " + FindOptions.shown(expand));
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

    private static @Nullable Duration maxAge(@Nullable JsonNode seconds) {
        if (seconds == null || seconds.isNull()) {
            return null;
        }
        if (!seconds.isNumber() || seconds.decimalValue().signum() < 0) {
            throw HttpError.badRequest(
                    "invalid_max_cache_age",
                    "maxCacheAge must be a number of seconds, zero or more, not: " + FindOptions.shown(seconds));
        }
        return Duration.ofNanos(
                seconds.decimalValue().min(MAX_AGE_SECONDS).movePointRight(9).longValue());
    }
}
