package dev.matview.core.internal.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Documents and queries over few fields and values, so that they meet: null and missing fields, arrays, numbers that are equal
 * across types, strings that are equal in collation, one id in many databases.
 */
record RandomView(Random random) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static final List<String> FIELDS = List.of("a", "b", "c.d");

    private static final List<String> COMPARING = List.of("$eq", "$eq", "$lt", "$lte", "$gt", "$gte", "$ne");

    <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    JsonNode value() {
        return switch (random.nextInt(16)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2, 3, 4 -> NODES.numberNode(random.nextInt(3));
            case 5, 6 -> NODES.numberNode((double) random.nextInt(3));
            case 7 -> NODES.numberNode(0.5 - random.nextInt(2));
            case 8, 9, 10 -> NODES.textNode(one(List.of("x", "y", "X", "xy")));
            case 11 -> NODES.textNode("x\u0001");
            case 12 -> NODES.textNode("");
            case 13, 14 -> array();
            default -> NODES.objectNode().set(one(List.of("d", "e")), NODES.numberNode(random.nextInt(2)));
        };
    }

    private ArrayNode array() {
        ArrayNode array = NODES.arrayNode();
        for (int i = random.nextInt(3); i > 0; i--) {
            array.add(random.nextInt(4) == 0 ? NODES.arrayNode().add(1) : NODES.numberNode(random.nextInt(3)));
        }
        return array;
    }

    ObjectNode document(String id) {
        ObjectNode document = NODES.objectNode().put("_id", id);
        for (String field : List.of("a", "b")) {
            if (random.nextInt(6) > 0) {
                document.set(field, value());
            }
        }
        if (random.nextInt(5) > 0) {
            ObjectNode nested = document.putObject("c");
            if (random.nextInt(5) > 0) {
                nested.set("d", value());
            }
        } else if (random.nextBoolean()) {
            document.set("c", value());
        }
        return document;
    }

    /** Changes of a view of a few hundred rows: of one, of some, or of most. */
    Map<String, Map<String, Optional<ObjectNode>>> changes() {
        int most = one(List.of(1, 3, 20, 200));
        Map<String, Map<String, Optional<ObjectNode>>> changes = new TreeMap<>();
        for (int i = 0; i < most; i++) {
            String id = "p" + random.nextInt(40);
            Optional<ObjectNode> document = random.nextInt(5) == 0 ? Optional.empty() : Optional.of(document(id));
            changes.computeIfAbsent("userdb-" + random.nextInt(6), name -> new TreeMap<>())
                    .put(id, document);
        }
        return changes;
    }

    Query query() {
        return Query.builder()
                .selector(random.nextInt(8) == 0 ? Selector.all() : Selector.compile(selector(1)))
                .sort(random.nextInt(3) == 0 ? SortOrder.none() : SortOrder.compile(sort()))
                .build();
    }

    ObjectNode selector(int depth) {
        ObjectNode selector = NODES.objectNode();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            if (depth > 0 && random.nextInt(5) == 0) {
                ArrayNode members = selector.putArray(one(List.of("$and", "$and", "$or", "$nor")));
                members.add(selector(depth - 1)).add(selector(depth - 1));
            } else if (random.nextInt(12) == 0) {
                selector.set("_id", NODES.objectNode().put(one(COMPARING), "p" + random.nextInt(40)));
            } else {
                selector.set(one(FIELDS), condition());
            }
        }
        return selector;
    }

    private JsonNode condition() {
        ObjectNode condition = NODES.objectNode();
        switch (random.nextInt(10)) {
            case 0 -> condition.put("$exists", random.nextInt(4) > 0);
            case 1, 2 -> {
                ArrayNode values = condition.putArray(one(List.of("$in", "$in", "$nin")));
                for (int i = random.nextInt(4); i > 0; i--) {
                    values.add(value());
                }
            }
            case 3, 4 -> {
                condition.set(one(List.of("$gt", "$gte")), value());
                condition.set(one(List.of("$lt", "$lte", "$gte")), value());
            }
            case 5 -> condition.putObject("$not").set(one(COMPARING), value());
            case 6 -> condition.set("$elemMatch", NODES.objectNode().set("$eq", value()));
            case 7, 8 -> condition.set(one(COMPARING), value());
            default -> {
                return value();
            }
        }
        return condition;
    }

    ArrayNode sort() {
        ArrayNode sort = NODES.arrayNode();
        List<String> fields = new ArrayList<>(FIELDS);
        fields.add("_id");
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            String field = fields.remove(random.nextInt(fields.size()));
            if (random.nextBoolean()) {
                sort.add(field);
            } else {
                sort.addObject().put(field, one(List.of("asc", "desc")));
            }
        }
        return sort;
    }

    /** An index, or several, over some of the fields. */
    List<SortOrder> indexes(List<String> fields) {
        List<SortOrder> indexes = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            List<String> left = new ArrayList<>(fields);
            ArrayNode index = NODES.arrayNode();
            for (int n = 1 + random.nextInt(Math.min(3, left.size())); n > 0; n--) {
                String field = left.remove(random.nextInt(left.size()));
                index.add(NODES.objectNode().put(field, one(List.of("asc", "desc"))));
            }
            indexes.add(SortOrder.compile(index));
        }
        return indexes;
    }
}
