package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;

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
    record Compare(Relation relation, JsonNode argument, Comparator<JsonNode> order) implements Condition {
        @Override
        public boolean test(JsonNode value, RegexBudget budget) {
            return relation.holds(order.compare(value, argument));
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
        private final Comparator<JsonNode> order;

        In(JsonNode list, Comparator<JsonNode> order) {
            this.arguments = new JsonNode[list.size()];
            Arrays.setAll(arguments, list::get);
            Arrays.sort(arguments, order);
            this.order = order;
        }

        @Override
        public boolean test(JsonNode value, RegexBudget budget) {
            if (!value.isArray()) {
                return contains(value);
            }
            for (int i = 0; i < value.size(); i++) {
                if (contains(value.get(i))) {
                    return true;
                }
            }
            return false;
        }

        private boolean contains(JsonNode value) {
            return Arrays.binarySearch(arguments, value, order) >= 0;
        }
    }

    /** {@code $exists}. Only {@link Condition.Field} can see that a value does not exist. */
    record Exists(boolean wanted) implements Condition {
        @Override
        public boolean test(JsonNode value, RegexBudget budget) {
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
        public boolean test(JsonNode value, RegexBudget budget) {
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
        public boolean test(JsonNode value, RegexBudget budget) {
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
