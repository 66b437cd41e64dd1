package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Iterator;
import java.util.List;

/** The operators that look into arrays and objects, and match nothing else. */
final class Containers {
    private Containers() {}

    /** {@code $elemMatch}: some element matches. An element that cannot be evaluated ends the search without success. */
    record ElemMatch(Condition condition) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isArray()) {
                return false;
            }
            try {
                for (int i = 0; i < value.size(); i++) {
                    budget.spend(1);
                    if (condition.test(value.get(i), budget)) {
                        return true;
                    }
                }
                return false;
            } catch (Unanswerable e) {
                return false;
            }
        }
    }

    /** {@code $allMatch}: there are elements, and all match. */
    record AllMatch(Condition condition) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isArray() || value.isEmpty()) {
                return false;
            }
            try {
                for (int i = 0; i < value.size(); i++) {
                    budget.spend(1);
                    if (!condition.test(value.get(i), budget)) {
                        return false;
                    }
                }
                return true;
            } catch (Unanswerable e) {
                return false;
            }
        }
    }

    /** {@code $keyMapMatch}: the name of some member matches. Allocates a node for each name. */
    record KeyMapMatch(Condition condition) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isObject()) {
                return false;
            }
            try {
                for (Iterator<String> names = value.fieldNames(); names.hasNext(); ) {
                    budget.spend(1);
                    if (condition.test(TextNode.valueOf(names.next()), budget)) {
                        return true;
                    }
                }
                return false;
            } catch (Unanswerable e) {
                return false;
            }
        }
    }

    /**
     * {@code $all}: each argument is an element of the array, as the very same term: 1 is not 1.0. A single argument
     * that is itself an array may also equal the whole array, where 1 does equal 1.0. No arguments match nothing.
     */
    record All(List<JsonNode> arguments) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isArray() || arguments.isEmpty()) {
                return false;
            }
            return hasAll(value, budget) || isTheOnlyArgument(value, budget);
        }

        private boolean hasAll(JsonNode array, Budget budget) {
            for (int i = 0; i < arguments.size(); i++) {
                if (!has(array, arguments.get(i), budget)) {
                    return false;
                }
            }
            return true;
        }

        private static boolean has(JsonNode array, JsonNode argument, Budget budget) {
            for (int i = 0; i < array.size(); i++) {
                if (TermOrder.identical(array.get(i), argument, budget)) {
                    return true;
                }
            }
            return false;
        }

        private boolean isTheOnlyArgument(JsonNode array, Budget budget) {
            return arguments.size() == 1 && TermOrder.INSTANCE.compare(array, arguments.get(0), budget) == 0;
        }
    }

    /** {@code $size}: the array has this many elements. */
    record Size(long size) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            return value.isArray() && value.size() == size;
        }
    }
}
