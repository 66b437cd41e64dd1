package dev.matview.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;

/** JSON of any kind, and feeds whose values are right, nearly right, or of any kind. */
final class RandomJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final List<String> FEED_KEYS = List.of(
            "collectionName",
            "materializedViewName",
            "aggregationInterval",
            "databases",
            "refresh",
            "access",
            "expand",
            "indexes",
            "comment");

    private static final List<String> QUERY_KEYS = List.of("selector", "fields", "sort", "limit", "skip");

    private static final List<String> KEYS = List.of(
            "$and", "$or", "$not", "$elemMatch", "$in", "$mod", "$regex", "a", "a.b", "mode", "minInterval", "");

    private static final List<String> NEARLY_RIGHT = List.of(
            "'5m'",
            "'99999999999999999d'",
            "'PT5M'",
            "'userdb-*'",
            "'continuous'",
            "'acl'",
            "['_id']",
            "[{'a': 'desc'}]",
            "[['a'], ['_id', {'a': 'desc'}]]",
            "{'mode': 'continuous'}",
            "{'a': {'$gt': 1}}",
            "{'a': {'$regex': '('}}",
            "{'$not': 7}",
            "10",
            "{}");

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    JsonNode feed() {
        ObjectNode feed = someOf(FEED_KEYS);
        return feed.set("query", random.nextInt(4) > 0 ? someOf(QUERY_KEYS) : anything());
    }

    private ObjectNode someOf(List<String> keys) {
        ObjectNode object = JSON.objectNode();
        keys.stream().filter(key -> random.nextInt(4) > 0).forEach(key -> object.set(key, anything()));
        return object;
    }

    private JsonNode anything() {
        return random.nextInt(4) > 0 ? FeedDefinitionReaderTest.json(oneOf(NEARLY_RIGHT)) : value(3);
    }

    /** @param depth how deep the value nests at most */
    JsonNode value(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> JSON.textNode(text(60));
            case 1 -> JSON.numberNode(new BigInteger(1 + random.nextInt(200), random).negate());
            case 2 -> JSON.numberNode(Double.longBitsToDouble(random.nextLong()));
            case 3 -> JSON.booleanNode(random.nextBoolean());
            case 4 -> JSON.nullNode();
            case 5 -> array(depth - 1);
            default -> object(depth - 1);
        };
    }

    private ArrayNode array(int depth) {
        ArrayNode array = JSON.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            array.add(value(depth));
        }
        return array;
    }

    private ObjectNode object(int depth) {
        ObjectNode object = JSON.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            object.set(random.nextBoolean() ? oneOf(KEYS) : text(80), value(depth));
        }
        return object;
    }

    private String text(int maxLength) {
        return random.ints(random.nextInt(maxLength), 0, 0x500)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
