package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * The operators that look at a value of any type. Which order they compare by is known when the selector is compiled:
 * {@link TermOrder} under the field {@code _id}, {@link Collation} everywhere else.
 */
final class Comparisons {
    private Comparisons() {}

    /** How a value must compare to an argument. */
    enum Relation {
        LT,
        LTE,
        EQ,
        NE,
        GTE,
        GT;

        boolean holds(int comparison) {
            return switch (this) {
                case LT -> comparison < 0;
                case LTE -> comparison <= 0;
                case EQ -> comparison == 0;
                case NE -> comparison != 0;
                case GTE -> comparison >= 0;
                case GT -> comparison > 0;
            };
        }

        Relation opposite() {
            return switch (this) {
                case LT -> GTE;
                case LTE -> GT;
                case EQ -> NE;
                case NE -> EQ;
                case GTE -> LT;
                case GT -> LTE;
            };
        }
    }

    /** {@code $lt}, {@code $lte}, {@code $eq}, {@code $ne}, {@code $gte}, {@code $gt}. */
    record Compare(Relation relation, JsonNode argument, Order order) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            return relation.holds(order.compare(value, argument, budget));
        }

        @Override
        public Condition negated() {
            return new Compare(relation.opposite(), argument, order);
        }
    }

    /**
     * {@code $in}: the value equals an argument or, where the value is an array, one of its elements does. The array
     * itself is not compared.
     */
    static final class In implements Condition {
        private final JsonNode[] arguments;
        private final Order order;

        In(JsonNode list, Order order) {
            this.arguments = new JsonNode[list.size()];
            Arrays.setAll(arguments, list::get);
            Budget compiling = Budget.unlimited();
            Arrays.sort(arguments, (a, b) -> order.compare(a, b, compiling));
            this.order = order;
        }

        /** In their order. */
        List<JsonNode> arguments() {
            return List.of(arguments);
        }

        Order order() {
            return order;
        }

        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isArray()) {
                return contains(value, budget);
            }
            for (int i = 0; i < value.size(); i++) {
                if (contains(value.get(i), budget)) {
                    return true;
                }
            }
            return false;
        }

        private boolean contains(JsonNode value, Budget budget) {
            budget.spend(1 + Integer.SIZE - Integer.numberOfLeadingZeros(arguments.length));
            int low = 0;
            int high = arguments.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = this.order.compare(arguments[middle], value, budget);
                if (order == 0) {
                    return true;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return false;
        }
    }

    /** {@code $exists}. Only {@link Condition.Field} can see that a value does not exist. */
    record Exists(boolean wanted) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            return wanted;
        }

        @Override
        public Condition negated() {
            return new Exists(!wanted);
        }
    }

    /** {@code $type}. A name that is no type matches nothing. */
    record Type(String name) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            return name.equals(nameOf(value));
        }

        private static String nameOf(JsonNode value) {
            return switch (Collation.rank(value)) {
                case Collation.NULL -> "null";
                case Collation.FALSE, Collation.TRUE -> "boolean";
                case Collation.NUMBER -> "number";
                case Collation.STRING -> "string";
                case Collation.ARRAY -> "array";
                default -> "object";
            };
        }
    }

    /** {@code $mod}. The remainder has the sign of the value; a float has none, not even 2.0. */
    record Mod(BigInteger divisor, BigInteger remainder) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isIntegralNumber()) {
                return false;
            }
            if (divisor.signum() == 0) {
                throw Unanswerable.INSTANCE;
            }
            return value.bigIntegerValue().remainder(divisor).equals(remainder);
        }
    }
}
