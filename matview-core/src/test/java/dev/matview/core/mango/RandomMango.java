package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Selectors and documents over few names, so that they meet. */
record RandomMango(Random random) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> NAMES = List.of("_id", "a", "b", "a.b", "a.0", "b.a.1");

    private static final List<String> COMPARING = List.of("$eq", "$ne", "$lt", "$lte", "$gt", "$gte");

    ObjectNode document() {
        return object(4);
    }

    JsonNode fields() {
        ArrayNode fields = NODES.arrayNode();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            fields.add(one(NAMES));
        }
        return fields;
    }

    JsonNode selector(int depth) {
        ObjectNode selector = NODES.objectNode();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            if (depth > 0 && random.nextInt(3) == 0) {
                selector.set(one(List.of("$and", "$or", "$nor")), selectors(depth - 1));
            } else {
                selector.set(one(NAMES), condition(depth));
            }
        }
        return selector;
    }

    private ArrayNode selectors(int depth) {
        ArrayNode list = NODES.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(selector(depth));
        }
        return list;
    }

    private JsonNode condition(int depth) {
        ObjectNode condition = NODES.objectNode();
        switch (random.nextInt(depth > 0 ? 9 : 5)) {
            case 0 -> condition.set(one(List.of("$in", "$nin", "$all")), array(2));
            case 1 -> condition.put("$regex", one(List.of("x", "^v.*", "(a|b)+$")));
            case 2 -> condition.put("$exists", random.nextBoolean());
            case 3 -> condition.put("$beginsWith", "v");
            case 4 -> condition.set(one(COMPARING), value(2));
            case 5 -> condition.set("$not", condition(depth - 1));
            case 6 -> condition.set("$keyMapMatch", condition(depth - 1));
            default -> condition.set(one(List.of("$elemMatch", "$allMatch")), condition(depth - 1));
        }
        return condition;
    }

    private JsonNode value(int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 2)) {
            case 0 -> NODES.numberNode(random.nextInt(3));
            case 1 -> NODES.textNode("v" + random.nextInt(3));
            case 2 -> object(depth - 1);
            default -> array(depth - 1);
        };
    }

    private ArrayNode array(int depth) {
        List<JsonNode> values = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            values.add(value(depth));
        }
        return NODES.arrayNode().addAll(values);
    }

    private ObjectNode object(int depth) {
        ObjectNode object = NODES.objectNode();
        for (String name : List.of("_id", "a", "b", "c")) {
            if (random.nextInt(3) > 0) {
                object.set(name, value(depth));
            }
        }
        return object;
    }

    private <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
