package dev.matview.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import java.util.Collection;
import java.util.Locale;

/**
 * Writes feed definitions as the JSON that {@link FeedDefinitionReader} reads. Optional keys that say what holds without
 * them are left out, so that a registry without them is written as it was read. A definition made in code may have a name or
 * an interval that a registry may not have: it is written, and refused when it is read.
 */
public final class FeedDefinitionWriter {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final FeedDefinition DEFAULTS = FeedDefinition.builder("any").build();

    private FeedDefinitionWriter() {}

    /** A registry: the array of the feeds. */
    public static ArrayNode writeAll(Collection<FeedDefinition> feeds) {
        ArrayNode registry = JSON.arrayNode(feeds.size());
        feeds.forEach(feed -> registry.add(write(feed)));
        return registry;
    }

    /** One feed; nothing in the answer is shared with the definition. */
    public static ObjectNode write(FeedDefinition feed) {
        ObjectNode json = JSON.objectNode();
        json.put(Keys.COLLECTION, feed.collection());
        json.put(Keys.VIEW, feed.viewName());
        json.put(Keys.INTERVAL, Intervals.format(feed.refresh().interval()));
        json.set(Keys.QUERY, query(feed));
        if (feed.namesDatabases()) {
            ArrayNode databases = json.putArray(Keys.DATABASES);
            feed.databases().forEach(pattern -> databases.add(pattern.toString()));
        }
        if (feed.refresh().continuous()) {
            json.set(Keys.REFRESH, continuous(feed.refresh()));
        }
        if (feed.access() != DEFAULTS.access()) {
            json.put(Keys.ACCESS, feed.access().name().toLowerCase(Locale.ROOT));
        }
        if (!feed.expand().equals(DEFAULTS.expand())) {
            ArrayNode expand = json.putArray(Keys.EXPAND);
            feed.expand().forEach(expand::add);
        }
        if (!feed.indexes().equals(DEFAULTS.indexes())) {
            ArrayNode indexes = json.putArray(Keys.INDEXES);
            feed.indexes().forEach(index -> indexes.add(index.json()));
        }
        return json;
    }

    private static ObjectNode query(FeedDefinition feed) {
        ObjectNode query = JSON.objectNode();
        query.set(Keys.SELECTOR, feed.selector().json());
        if (!feed.fields().isAll()) {
            query.set(Keys.FIELDS, feed.fields().json());
        }
        if (!feed.sort().isNone()) {
            query.set(Keys.SORT, feed.sort().json());
        }
        feed.limit().ifPresent(limit -> query.put(Keys.LIMIT, limit));
        return query;
    }

    private static JsonNode continuous(Refresh refresh) {
        if (refresh.minInterval().equals(Refresh.DEFAULT_MIN_INTERVAL)) {
            return JSON.textNode("continuous");
        }
        return JSON.objectNode()
                .put(Keys.MODE, "continuous")
                .put(Keys.MIN_INTERVAL, Intervals.format(refresh.minInterval()));
    }
}
