package dev.matview.core.internal.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.internal.view.FieldIndex;
import dev.matview.core.internal.view.KeyRange;
import dev.matview.core.internal.view.KeyRange.Bound;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Collation;
import dev.matview.core.mango.Requirements.Kind;
import dev.matview.core.mango.Requirements.Requirement;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.mango.SortOrder.Column;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which rows of one index can match what a selector requires: those that have given values in its first fields, and then a
 * range of values in the next one. For one thread, once.
 */
final class Narrowing {

    private final FieldIndex index;
    private final SortOrder order;
    private final List<Requirement> requirements;
    private final Budget budget;

    /** The values that are bound so far, one for each field: all combinations. */
    private List<List<JsonNode>> bound = List.of(List.of());

    /** Where a list of values may look into arrays. */
    private final List<KeyRange> arrays = new ArrayList<>();

    private final List<KeyRange> ranges = new ArrayList<>();
    private final Set<Requirement> fulfilled = Collections.newSetFromMap(new IdentityHashMap<>());
    private int columns;

    Narrowing(FieldIndex index, List<Requirement> requirements, Budget budget) {
        this.index = index;
        this.order = index.order();
        this.requirements = requirements;
        this.budget = budget;
        narrow();
    }

    private void narrow() {
        List<Column> all = order.columns();
        // Whatever has a field is in the index, and nothing else.
        all.forEach(column -> of(column, Kind.PRESENT).forEach(fulfilled::add));
        while (columns < all.size() && bind(all.get(columns))) {
            columns++;
        }
        List<Requirement> limits = columns < all.size() ? limits(all.get(columns)) : List.of();
        for (List<JsonNode> values : bound) {
            ranges.add(limits.isEmpty() ? KeyRange.beginningWith(order.prefix(values, budget)) : range(values, limits));
        }
        fulfilled.addAll(limits);
        ranges.addAll(arrays);
        ranges.sort((one, other) -> one.from().compareWith(other.from()));
    }

    private List<Requirement> of(Column column, Kind kind) {
        return requirements.stream()
                .filter(one ->
                        one.kind() == kind && !column.byBytes() && one.path().equals(column.path()))
                .toList();
    }

    /** Binds the next field to a value, or to one of several, if the selector does. */
    private boolean bind(Column column) {
        Optional<Requirement> equal = of(column, Kind.EQUAL).stream().findFirst();
        if (equal.isPresent()) {
            bound = combined(equal.get().values());
            fulfilled.add(equal.get());
            return true;
        }
        Optional<Requirement> in = of(column, Kind.IN).stream().findFirst();
        if (in.isEmpty()) {
            return false;
        }
        List<JsonNode> values = distinct(in.get().values());
        if ((long) bound.size() * Math.max(1, values.size()) > index.mostRanges()) {
            // It is left to be tested.
            return false;
        }
        boolean exact = true;
        for (List<JsonNode> before : bound) {
            KeyRange inArrays = KeyRange.beginningWith(order.arraysPrefix(before, budget));
            if (count(inArrays) > 0) {
                arrays.add(inArrays);
                exact = false;
            }
        }
        bound = combined(values);
        if (exact) {
            fulfilled.add(in.get());
        }
        return true;
    }

    /** Values that are not equal; an array is none that a value may be equal to. */
    private static List<JsonNode> distinct(List<JsonNode> sorted) {
        List<JsonNode> distinct = new ArrayList<>();
        for (JsonNode value : sorted) {
            boolean isNew =
                    distinct.isEmpty() || Collation.couchdb().compare(distinct.get(distinct.size() - 1), value) != 0;
            if (isNew && !value.isArray()) {
                distinct.add(value);
            }
        }
        return distinct;
    }

    private List<List<JsonNode>> combined(List<JsonNode> values) {
        List<List<JsonNode>> combined = new ArrayList<>(bound.size() * values.size());
        for (List<JsonNode> before : bound) {
            for (JsonNode value : values) {
                combined.add(with(before, value));
            }
        }
        return combined;
    }

    private static List<JsonNode> with(List<JsonNode> before, JsonNode value) {
        List<JsonNode> all = new ArrayList<>(before);
        all.add(value);
        return all;
    }

    private List<Requirement> limits(Column column) {
        List<Requirement> limits = new ArrayList<>();
        for (Kind kind : List.of(Kind.LESS, Kind.AT_MOST, Kind.AT_LEAST, Kind.GREATER)) {
            limits.addAll(of(column, kind));
        }
        return limits;
    }

    /** The keys with these values, and then one within all of the limits. */
    private KeyRange range(List<JsonNode> values, List<Requirement> limits) {
        KeyRange all = KeyRange.beginningWith(order.prefix(values, budget));
        Bound from = all.from();
        Bound to = all.to();
        boolean descending = order.columns().get(values.size()).descending();
        boolean fromIsLimited = false;
        boolean toIsLimited = false;
        for (Requirement limit : limits) {
            byte[] prefix = order.prefix(with(values, limit.value()), budget);
            boolean isLower = (limit.kind() == Kind.AT_LEAST || limit.kind() == Kind.GREATER) != descending;
            boolean includes = limit.kind() == Kind.AT_LEAST || limit.kind() == Kind.AT_MOST;
            // Before the value's keys begins who includes it from below, and ends who leaves it out from above.
            Bound bound = new Bound(prefix, isLower != includes);
            if (isLower) {
                from = fromIsLimited ? later(from, bound) : bound;
                fromIsLimited = true;
            } else {
                to = toIsLimited ? earlier(to, bound) : bound;
                toIsLimited = true;
            }
        }
        return new KeyRange(from, to);
    }

    private static Bound later(Bound one, Bound other) {
        return one.compareWith(other) >= 0 ? one : other;
    }

    private static Bound earlier(Bound one, Bound other) {
        return one.compareWith(other) <= 0 ? one : other;
    }

    private int count(KeyRange range) {
        return index.count(range, budget);
    }

    /** In the order of the index. */
    List<KeyRange> ranges() {
        return ranges;
    }

    /** How many rows are in them. */
    int rows() {
        return ranges.stream().mapToInt(this::count).sum();
    }

    /**
     * Whether they are all the rows between two places of the index, which has them in that order: all have one key, or keys
     * that differ first in what the feed sorts by, and as it does. Equal keys are in the feed's order.
     */
    boolean comesInOrderOf(SortOrder feed) {
        if (ranges.size() > 1 || !arrays.isEmpty()) {
            return false;
        }
        List<Column> own = order.columns();
        List<Column> varying = own.subList(columns, own.size());
        Set<List<String>> constant =
                own.subList(0, columns).stream().map(Column::path).collect(Collectors.toSet());
        List<Column> wanted = feed.columns().stream()
                .filter(column -> !constant.contains(column.path()))
                .limit(varying.size())
                .toList();
        return wanted.equals(varying) && varying.stream().noneMatch(Column::byBytes);
    }

    /** Whether all of their rows fulfil what is required. */
    boolean fulfilsAll() {
        return fulfilled.containsAll(requirements);
    }
}
