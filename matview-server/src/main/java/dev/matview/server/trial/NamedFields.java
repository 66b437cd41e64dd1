package dev.matview.server.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.feed.FeedDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of documents that a feed's definition names, by where it names them. */
final class NamedFields {

    private static final Set<String> COMBINATIONS = Set.of("$and", "$or", "$nor", "$not");

    private NamedFields() {}

    /** Those of the selector; not those that it wants to be missing. */
    static Set<String> ofSelector(FeedDefinition feed) {
        Set<String> fields = new LinkedHashSet<>();
        collect(feed.selector().json(), "", fields);
        return fields;
    }

    private static void collect(JsonNode condition, String path, Set<String> fields) {
        for (Map.Entry<String, JsonNode> entry : condition.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            if (COMBINATIONS.contains(key)) {
                (value.isArray() ? value : List.of(value)).forEach(part -> collect(part, path, fields));
            } else if (key.startsWith("$")) {
                boolean wantsNone = key.equals("$exists") && !value.asBoolean();
                if (!path.isEmpty() && !wantsNone) {
                    fields.add(path);
                }
            } else {
                String field = path.isEmpty() ? key : path + "." + key;
                if (value.isObject() && !value.isEmpty()) {
                    collect(value, field, fields);
                } else {
                    fields.add(field);
                }
            }
        }
    }

    /** Where a feed names a field that its rows should have. */
    record Use(String key, String field) {
        @Override
        public String toString() {
            return '"' + field + "\" (" + key + ")";
        }
    }

    /** Those of {@code fields}, {@code sort} and {@code indexes}. */
    static List<Use> ofRows(FeedDefinition feed) {
        Set<Use> uses = new LinkedHashSet<>();
        if (!feed.fields().isAll()) {
            feed.fields().json().forEach(field -> uses.add(new Use("fields", field.asText())));
        }
        feed.sort().fields().forEach(field -> uses.add(new Use("sort", field)));
        feed.indexes().forEach(index -> index.fields().forEach(field -> uses.add(new Use("indexes", field))));
        return new ArrayList<>(uses);
    }
}
