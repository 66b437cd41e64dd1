package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;

/**
 * One node of a compiled selector. The operators are grouped by what they look at: {@link Comparisons} at any value,
 * {@link Containers} at arrays and objects, {@link Strings} at strings; the logical ones are here.
 *
 * <p>A condition is immutable. Testing one allocates nothing, save where its class says so.
 */
interface Condition {
    /**
     * Tells whether a value, which exists, fulfils the condition.
     *
     * @param budget pays for what is below: whoever looks at a condition pays for the condition itself
     * @throws Unanswerable when CouchDB would fail here; only inside of element operators, which catch it
     */
    boolean test(JsonNode value, Budget budget);

    /** Returns the opposite, as {@code $not} over a field has it: still a statement about a value that exists. */
    default Condition negated() {
        return new Not(this);
    }

    /** All of the conditions, and true when there are none. */
    record And(List<Condition> conditions) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            boolean all = true;
            int looked = 0;
            while (all && looked < conditions.size()) {
                all = conditions.get(looked++).test(value, budget);
            }
            budget.spend(Math.max(1, looked));
            return all;
        }
    }

    /** Any of the conditions, but CouchDB has it true when there are none. */
    record Or(List<Condition> conditions) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            boolean any = conditions.isEmpty();
            int looked = 0;
            while (!any && looked < conditions.size()) {
                any = conditions.get(looked++).test(value, budget);
            }
            budget.spend(Math.max(1, looked));
            return any;
        }
    }

    /** The opposite of a condition. */
    record Not(Condition condition) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            budget.spend(1);
            return !condition.test(value, budget);
        }

        @Override
        public Condition negated() {
            return condition;
        }
    }

    /**
     * A condition on the value at a path. Nothing is true of a value that is not there, not even a negation, save that
     * it does not exist.
     */
    record Field(FieldPath path, Condition condition) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            budget.spend(path.length());
            JsonNode found = path.get(value);
            if (found == null) {
                return false;
            }
            if (found == MissingNode.getInstance()) {
                return condition instanceof Comparisons.Exists exists && !exists.wanted();
            }
            return condition.test(found, budget);
        }
    }

    /** What CouchDB accepts in a selector but cannot evaluate, such as {@code $nor} inside of {@code $elemMatch}. */
    record Unevaluable() implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            throw Unanswerable.INSTANCE;
        }
    }

    /** Stops the evaluation up to the innermost element operator, which then answers false. */
    final class Unanswerable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        static final Unanswerable INSTANCE = new Unanswerable();

        /** Control flow, thrown from one shared instance: no stack trace, no suppressed exceptions. */
        private Unanswerable() {
            super("cannot be evaluated", null, false, false);
        }
    }
}
