package dev.matview.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds where a feed asks for a document's conflicts. CouchDB shows them only to who asks with {@code conflicts=true}, and
 * documents are read for views without: such a field would be missing everywhere, and a feed that asks for it silently wrong.
 */
final class Conflicts {

    private static final Set<String> FIELDS = Set.of("_conflicts", "_deleted_conflicts");

    private static final Set<String> COMBINATIONS = Set.of("$and", "$or", "$nor", "$not");

    private Conflicts() {}

    /** The first such field in a list of fields, or in a sort. */
    static Optional<String> inList(JsonNode list) {
        List<String> names = new ArrayList<>();
        for (JsonNode entry : list) {
            if (entry.isTextual()) {
                names.add(entry.textValue());
            } else {
                entry.fieldNames().forEachRemaining(names::add);
            }
        }
        return names.stream().filter(Conflicts::isOne).findFirst();
    }

    /** The first such field that a condition of the selector is about; one of that name within a field is another. */
    static Optional<String> inSelector(JsonNode selector) {
        for (Map.Entry<String, JsonNode> member : selector.properties()) {
            if (isOne(member.getKey())) {
                return Optional.of(member.getKey());
            }
            if (COMBINATIONS.contains(member.getKey())) {
                Iterable<JsonNode> parts =
                        member.getValue() instanceof ObjectNode part ? List.of(part) : member.getValue();
                for (JsonNode part : parts) {
                    Optional<String> found = inSelector(part);
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isOne(String path) {
        int dot = path.indexOf('.');
        return FIELDS.contains(dot < 0 ? path : path.substring(0, dot));
    }
}
