package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.matview.core.mango.Comparisons.Compare;
import dev.matview.core.mango.Comparisons.Relation;
import dev.matview.core.mango.Condition.And;
import dev.matview.core.mango.Condition.Field;
import dev.matview.core.mango.Strings.BeginsWith;
import org.jspecify.annotations.Nullable;

/**
 * The range of {@code _id} that CouchDB scans for a selector, as {@code mango_idx_view:range} narrows it.
 *
 * <p>It matters because CouchDB narrows by {@link Collation} but scans, and evaluates, by {@link TermOrder}. A range
 * that collation thinks is empty is not scanned: {@code {"_id": {"$gt": "B", "$lt": "a"}}} finds no "Z", although its
 * bytes are between. And {@code $beginsWith} is taken to end before what follows U+FFFF.
 *
 * @param from the relation to {@code low}: greater, greater or equal, or equal
 * @param low the lower end, or null when there is none
 * @param to the relation to {@code high}: less, less or equal, or equal
 * @param high the upper end, or null when there is none
 */
record IdRange(
        Relation from,
        @Nullable JsonNode low,
        Relation to,
        @Nullable JsonNode high) implements Condition {
    static final String FIELD = "_id";

    private static final IdRange UNBOUNDED = new IdRange(Relation.GT, null, Relation.LT, null);

    /** Where a value is in relation to the ends of a range. */
    private enum Position {
        BELOW,
        AT_LOW,
        WITHIN,
        AT_HIGH,
        ABOVE
    }

    /**
     * Finds the range.
     *
     * @return null when it is empty, so that nothing matches
     */
    static @Nullable IdRange of(Condition selector) {
        return UNBOUNDED.narrow(selector);
    }

    boolean isUnbounded() {
        return low == null && high == null;
    }

    /** Tells whether a document is scanned. Both ends are. */
    @Override
    public boolean test(JsonNode document, Budget budget) {
        JsonNode id = document.path(FIELD);
        return (low == null || TermOrder.INSTANCE.compare(id, low, budget) >= 0)
                && (high == null || TermOrder.INSTANCE.compare(id, high, budget) <= 0);
    }

    private @Nullable IdRange narrow(Condition condition) {
        if (condition instanceof And and) {
            IdRange range = this;
            for (Condition member : and.conditions()) {
                range = range == null ? null : range.narrow(member);
            }
            return range;
        }
        if (!(condition instanceof Field field) || !field.path().source().equals(FIELD)) {
            return this;
        }
        if (field.condition() instanceof Compare compare) {
            return narrow(compare.relation(), compare.argument());
        }
        if (field.condition() instanceof BeginsWith begins) {
            IdRange above = narrow(Relation.GTE, TextNode.valueOf(begins.prefix()));
            return above == null ? null : above.narrow(Relation.LTE, TextNode.valueOf(begins.prefix() + '\uFFFF'));
        }
        return this;
    }

    private @Nullable IdRange narrow(Relation relation, JsonNode value) {
        Position position = position(value);
        return switch (relation) {
            case LT, LTE -> narrowHigh(relation, value, position);
            case GT, GTE -> narrowLow(relation, value, position);
            case EQ ->
                switch (position) {
                    case BELOW, ABOVE -> null;
                    case AT_LOW -> from == Relation.GT ? null : only(value);
                    case WITHIN -> only(value);
                    case AT_HIGH -> to == Relation.LT ? null : only(value);
                };
            case NE -> this;
        };
    }

    private @Nullable IdRange narrowHigh(Relation relation, JsonNode value, Position position) {
        return switch (position) {
            case BELOW -> null;
            case AT_LOW -> relation == Relation.LT || from == Relation.GT ? null : only(value);
            case WITHIN -> new IdRange(from, low, relation, value);
            case AT_HIGH -> relation == Relation.LT ? new IdRange(from, low, relation, value) : this;
            case ABOVE -> this;
        };
    }

    private @Nullable IdRange narrowLow(Relation relation, JsonNode value, Position position) {
        return switch (position) {
            case BELOW -> this;
            case AT_LOW -> relation == Relation.GT ? new IdRange(relation, value, to, high) : this;
            case WITHIN -> new IdRange(relation, value, to, high);
            case AT_HIGH -> relation == Relation.GT || to == Relation.LT ? null : only(value);
            case ABOVE -> null;
        };
    }

    private Position position(JsonNode value) {
        int toLow = low == null ? 1 : Collation.couchdb().compare(value, low);
        if (toLow <= 0) {
            return toLow < 0 ? Position.BELOW : Position.AT_LOW;
        }
        int toHigh = high == null ? -1 : Collation.couchdb().compare(value, high);
        return toHigh < 0 ? Position.WITHIN : toHigh == 0 ? Position.AT_HIGH : Position.ABOVE;
    }

    private static IdRange only(JsonNode value) {
        return new IdRange(Relation.EQ, value, Relation.EQ, value);
    }
}
