package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Documents that count how often a value was taken out of them. */
final class CountedJson {

    private long looks;

    long looks() {
        return looks;
    }

    /** The same value, with counting containers. */
    JsonNode of(JsonNode value) {
        if (value.isObject()) {
            ObjectNode object = new CountedObject();
            value.properties().forEach(member -> object.set(member.getKey(), of(member.getValue())));
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = new CountedArray();
            value.forEach(element -> array.add(of(element)));
            return array;
        }
        return value;
    }

    private <T> Iterator<T> counting(Iterator<T> iterator) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public T next() {
                looks++;
                return iterator.next();
            }
        };
    }

    // Of how Jackson declares deepCopy().
    @SuppressWarnings("unchecked")
    private final class CountedArray extends ArrayNode {
        private static final long serialVersionUID = 1L;

        CountedArray() {
            super(JsonNodeFactory.instance);
        }

        @Override
        public JsonNode get(int index) {
            looks++;
            return super.get(index);
        }

        @Override
        public Iterator<JsonNode> elements() {
            return counting(super.elements());
        }
    }

    // Of how Jackson declares deepCopy().
    @SuppressWarnings("unchecked")
    private final class CountedObject extends ObjectNode {
        private static final long serialVersionUID = 1L;

        CountedObject() {
            super(JsonNodeFactory.instance);
        }

        @Override
        public JsonNode get(String name) {
            looks++;
            return super.get(name);
        }

        @Override
        public Iterator<String> fieldNames() {
            return counting(super.fieldNames());
        }

        @Override
        public Set<Map.Entry<String, JsonNode>> properties() {
            Set<Map.Entry<String, JsonNode>> members = super.properties();
            return new java.util.AbstractSet<>() {
                @Override
                public Iterator<Map.Entry<String, JsonNode>> iterator() {
                    return counting(members.iterator());
                }

                @Override
                public int size() {
                    return members.size();
                }
            };
        }
    }
}
