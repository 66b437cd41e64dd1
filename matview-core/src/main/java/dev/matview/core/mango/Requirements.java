package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.mango.Comparisons.Compare;
import dev.matview.core.mango.Comparisons.Exists;
import dev.matview.core.mango.Comparisons.In;
import dev.matview.core.mango.Comparisons.Relation;
import dev.matview.core.mango.Condition.And;
import dev.matview.core.mango.Condition.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What every document fulfils that a selector matches, as far as an index over fields can make use of it: what the selector
 * says of single fields, also within {@code $and}, of whatever kind of value. What compares by another order than {@link
 * Collation}, as conditions on {@code _id} do, says no more here than that the field is there. Immutable and thread-safe.
 *
 * @param all in the order of the selector; none of a selector that can be put to no such use
 * @param areSufficient whether a document that fulfils them matches: the selector says nothing else
 */
public record Requirements(List<Requirement> all, boolean areSufficient) {

    public Requirements {
        all = List.copyOf(all);
    }

    /** How the value of a field must stand to those of the requirement, in the order of {@link Collation}. */
    public enum Kind {
        /** Equal to the one. */
        EQUAL,
        /** Equal to one of them, or an array of which an element is; there may be none. */
        IN,
        /** Before the one. */
        LESS,
        /** Not after the one. */
        AT_MOST,
        /** Not before the one. */
        AT_LEAST,
        /** After the one. */
        GREATER,
        /** There is a value, whatever it is; null is one. */
        PRESENT
    }

    /**
     * What is required of a field.
     *
     * @param path the names that lead to the field, as {@link SortOrder.Column#path} has them
     * @param values not to be changed; none of {@link Kind#PRESENT}
     */
    public record Requirement(List<String> path, Kind kind, List<JsonNode> values) {

        public Requirement {
            path = List.copyOf(path);
            values = List.copyOf(values);
        }

        /** The one value of a requirement that has one. */
        public JsonNode value() {
            return values.get(0);
        }
    }

    static Requirements of(Condition selector) {
        List<Requirement> all = new ArrayList<>();
        boolean sufficient = collect(selector, all);
        return new Requirements(all, sufficient);
    }

    /** @return whether they say all that the condition says */
    private static boolean collect(Condition condition, List<Requirement> into) {
        if (condition instanceof And and) {
            boolean sufficient = true;
            for (Condition member : and.conditions()) {
                sufficient &= collect(member, into);
            }
            return sufficient;
        }
        return condition instanceof Field field && collect(field, into);
    }

    private static boolean collect(Field field, List<Requirement> into) {
        Condition condition = field.condition();
        List<String> path = field.path().names();
        if (condition instanceof Exists exists && !exists.wanted()) {
            return false;
        }
        if (condition instanceof Compare compare
                && compare.order() == Collation.couchdb()
                && compare.relation() != Relation.NE) {
            into.add(new Requirement(path, kind(compare.relation()), List.of(compare.argument())));
            return true;
        }
        if (condition instanceof In in && in.order() == Collation.couchdb()) {
            into.add(new Requirement(path, Kind.IN, in.arguments()));
            return true;
        }
        into.add(new Requirement(path, Kind.PRESENT, List.of()));
        return condition instanceof Exists;
    }

    private static Kind kind(Relation relation) {
        return switch (relation) {
            case LT -> Kind.LESS;
            case LTE -> Kind.AT_MOST;
            case EQ -> Kind.EQUAL;
            case GTE -> Kind.AT_LEAST;
            case GT -> Kind.GREATER;
            case NE -> throw new IllegalArgumentException(Objects.toString(relation));
        };
    }
}
