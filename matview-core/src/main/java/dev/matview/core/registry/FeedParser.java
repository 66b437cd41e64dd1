package dev.matview.core.registry;

import static dev.matview.core.registry.Keys.FEED;
import static dev.matview.core.registry.Keys.QUERY;
import static dev.matview.core.registry.Keys.REFRESH;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.DatabasePattern;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads one feed's JSON object. Every key is looked at, whatever is wrong with the others, and each mistake is told; the
 * definition is built only when there was none.
 */
final class FeedParser {

    private static final int MAX_NAME = 200;

    private final ObjectNode json;
    private final boolean document;
    private final String feed;
    private final Problems problems;

    /**
     * @param document whether keys that begin with an underscore belong to CouchDB and are passed over
     * @param feed what problems call the feed
     */
    FeedParser(ObjectNode json, boolean document, String feed, Problems problems) {
        this.json = json;
        this.document = document;
        this.feed = feed;
        this.problems = problems;
    }

    /** The name that a feed is given by one of its keys, if it is fit to be one. */
    static Optional<String> name(JsonNode feed, String key) {
        String name = feed.path(key).asText("");
        boolean fit =
                feed.path(key).isTextual() && !name.isBlank() && name.length() <= MAX_NAME && Text.isOneLine(name);
        return fit ? Optional.of(name) : Optional.empty();
    }

    Optional<FeedDefinition> parse() {
        int before = problems.count();
        refuseUnknown(FEED, json);
        FeedDefinition.Builder builder =
                FeedDefinition.builder(requireName(Keys.COLLECTION)).viewName(requireName(Keys.VIEW));
        Duration interval = interval(Keys.INTERVAL, json.path(Keys.INTERVAL));
        query(builder);
        databases(builder);
        builder.refresh(refresh(interval, json.path(REFRESH)));
        access(builder);
        expand(builder);
        indexes(builder);
        return problems.count() == before ? Optional.of(builder.build()) : Optional.empty();
    }

    private String requireName(String key) {
        Optional<String> name = name(json, key);
        if (name.isEmpty()) {
            wrong(
                    key,
                    json.path(key),
                    "must be a name: a string that is not blank, of at most " + MAX_NAME
                            + " characters without control characters or line separators");
        }
        return name.orElse("?");
    }

    private Duration interval(String key, JsonNode value) {
        if (!value.isTextual()) {
            wrong(key, value, "must be an interval such as 30s, 5m, 1h, 1d or PT5M");
        } else {
            try {
                return Intervals.parse(value.textValue());
            } catch (IllegalArgumentException e) {
                problem(key, Text.show(value) + " " + e.getMessage());
            }
        }
        return Intervals.LONGEST;
    }

    private void indexes(FeedDefinition.Builder builder) {
        builder.indexes(IndexParser.parse(json, this::problem));
    }

    private void query(FeedDefinition.Builder builder) {
        JsonNode query = json.path(QUERY);
        if (!query.isObject()) {
            wrong(QUERY, query, "must be an object with a selector");
            return;
        }
        refuseUnknown(QUERY, query);
        JsonNode selector = query.path(Keys.SELECTOR);
        if (selector.isObject()) {
            compiled(Keys.SELECTOR, selector, Selector::compile).ifPresent(compiled -> {
                refuseConflicts(Keys.SELECTOR, Conflicts.inSelector(selector));
                builder.selector(compiled);
            });
        } else {
            wrong(Keys.path(QUERY, Keys.SELECTOR), selector, "must be an object; {} selects every document");
        }
        list(query, Keys.FIELDS, "fields")
                .flatMap(fields -> compiled(Keys.FIELDS, fields, Projection::compile))
                .ifPresent(builder::fields);
        list(query, Keys.SORT, "fields, such as [{\"createdAt\": \"desc\"}]")
                .flatMap(sort -> compiled(Keys.SORT, sort, SortOrder::compile))
                .ifPresent(builder::sort);
        JsonNode limit = query.path(Keys.LIMIT);
        if (limit.isIntegralNumber() && limit.canConvertToInt() && limit.intValue() > 0) {
            builder.limit(limit.intValue());
        } else if (!limit.isMissingNode()) {
            wrong(Keys.path(QUERY, Keys.LIMIT), limit, "must be a whole number from 1 to " + Integer.MAX_VALUE);
        }
    }

    private Optional<JsonNode> list(JsonNode query, String key, String of) {
        JsonNode value = query.path(key);
        if (!value.isArray() && !value.isMissingNode()) {
            wrong(Keys.path(QUERY, key), value, "must be an array of " + of);
        }
        refuseConflicts(key, Conflicts.inList(value));
        return value.isArray() ? Optional.of(value) : Optional.empty();
    }

    private void refuseConflicts(String key, Optional<String> field) {
        field.ifPresent(name -> problem(
                Keys.path(QUERY, key),
                Text.name(name) + " is not supported: a view has the winning revision of each document alone"));
    }

    private <T> Optional<T> compiled(String key, JsonNode value, Function<JsonNode, T> compiler) {
        try {
            return Optional.of(compiler.apply(value));
        } catch (MangoException e) {
            problem(Keys.path(QUERY, key), Text.reason(e.reason()) + " (" + e.error() + ")");
            return Optional.empty();
        }
    }

    private void databases(FeedDefinition.Builder builder) {
        JsonNode value = json.path(Keys.DATABASES);
        if (value.isMissingNode()) {
            return;
        }
        if (!value.isTextual() && (!value.isArray() || value.isEmpty())) {
            wrong(Keys.DATABASES, value, "must be a pattern such as \"userdb-*\", or an array of at least one");
            return;
        }
        List<String> patterns = new ArrayList<>();
        for (JsonNode pattern : value.isArray() ? value : List.of(value)) {
            if (isPattern(pattern)) {
                patterns.add(pattern.textValue());
            } else {
                problem(
                        Keys.DATABASES,
                        Text.show(pattern) + " is no database pattern; write a name with at most 8 stars, none beside"
                                + " another, such as userdb-*");
            }
        }
        if (!patterns.isEmpty()) {
            builder.databases(patterns.toArray(String[]::new));
        }
    }

    private static boolean isPattern(JsonNode value) {
        try {
            return value.isTextual() && DatabasePattern.of(value.textValue()) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Refresh refresh(Duration interval, JsonNode value) {
        boolean settings = value.isObject();
        JsonNode mode = settings ? value.path(Keys.MODE) : value;
        JsonNode minInterval = settings ? value.path(Keys.MIN_INTERVAL) : MissingNode.getInstance();
        String text = mode.asText();
        boolean continuous = mode.isTextual() && text.equals("continuous");
        boolean known = continuous || (mode.isTextual() && text.equals("interval")) || value.isMissingNode();
        if (settings) {
            refuseUnknown(REFRESH, value);
        }
        if (!known) {
            wrong(
                    settings ? Keys.path(REFRESH, Keys.MODE) : REFRESH,
                    mode,
                    settings
                            ? "must be \"interval\" or \"continuous\""
                            : "must be \"interval\", \"continuous\" or {\"mode\": \"continuous\", \"minInterval\": \"2s\"}");
        }
        if (minInterval.isMissingNode()) {
            return new Refresh(interval, continuous, Refresh.DEFAULT_MIN_INTERVAL);
        }
        String key = Keys.path(REFRESH, Keys.MIN_INTERVAL);
        if (known && !continuous) {
            problem(key, "is of use only with the mode \"continuous\"");
        }
        return new Refresh(interval, continuous, interval(key, minInterval));
    }

    private void access(FeedDefinition.Builder builder) {
        JsonNode value = json.path(Keys.ACCESS);
        switch (value.isTextual() ? value.textValue() : "") {
            case "public" -> builder.access(Access.PUBLIC);
            case "acl" -> builder.access(Access.ACL);
            default -> {
                if (!value.isMissingNode()) {
                    wrong(Keys.ACCESS, value, "must be \"public\" or \"acl\"");
                }
            }
        }
    }

    private void expand(FeedDefinition.Builder builder) {
        JsonNode value = json.path(Keys.EXPAND);
        if (!value.isArray()) {
            if (!value.isMissingNode()) {
                wrong(Keys.EXPAND, value, "must be an array of fields");
            }
            return;
        }
        List<String> fields = new ArrayList<>();
        for (JsonNode field : value) {
            if (field.isTextual() && !field.textValue().isBlank()) {
                fields.add(field.textValue());
            } else {
                problem(Keys.EXPAND, Text.show(field) + " is no field; write a string that is not blank");
            }
        }
        builder.expand(fields);
    }

    private void refuseUnknown(String parent, JsonNode object) {
        object.fieldNames().forEachRemaining(name -> {
            boolean ofCouchDb = document && parent.equals(FEED) && name.startsWith("_");
            if (!ofCouchDb && !Keys.isKnown(parent, name)) {
                problem(Text.name(Keys.path(parent, name)), Keys.adviceOn(parent, name));
            }
        });
    }

    private void wrong(String key, JsonNode value, String rule) {
        problem(key, value.isMissingNode() ? "is missing; it " + rule : rule + ", not " + Text.show(value));
    }

    private void problem(String key, String message) {
        problems.add(feed, key, message);
    }
}
