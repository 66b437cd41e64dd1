package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The order of rows that {@code sort} asks for, as CouchDB gives it from an index on the sorted fields.
 *
 * <ul>
 *   <li>Values order by {@link Collation}, equal rows by the bytes of {@code _id}. Descending turns both around.
 *   <li>A document that lacks a sort field is in no such index: it has no place in the order, and no row.
 *   <li>Sorting by {@code _id} alone is the order of {@code _all_docs}, by bytes and not by collation.
 * </ul>
 *
 * <p>Unlike CouchDB, which refuses it, different fields may sort in different directions; equal rows then follow the
 * direction of the last field.
 *
 * <p>Immutable and thread-safe.
 */
public final class SortOrder {
    private static final String ID = "_id";
    private static final byte[] NOTHING = {};

    private static final SortOrder NONE =
            new SortOrder(JsonNodeFactory.instance.arrayNode(), List.of(), MangoLimits.defaults());

    private final JsonNode json;
    private final List<SortField> sortFields;
    private final MangoLimits limits;

    private SortOrder(JsonNode json, List<SortField> sortFields, MangoLimits limits) {
        this.json = json;
        this.sortFields = sortFields;
        this.limits = limits;
    }

    private record SortField(String name, FieldPath path, boolean descending) {}

    /** Returns the order when none is asked for: by the bytes of {@code _id}, ascending. */
    public static SortOrder none() {
        return NONE;
    }

    /** Compiles a list of sort fields within the {@linkplain MangoLimits#defaults() default limits}. */
    public static SortOrder compile(JsonNode sort) {
        return compile(sort, MangoLimits.defaults());
    }

    /**
     * Compiles a list of sort fields, each a name or one name with {@code "asc"} or {@code "desc"}. An empty list and
     * Jackson's missing node ask for no order.
     *
     * @throws MangoException {@code invalid_sort_json} when it is no array (JSON null is none), {@code invalid_sort_field} for an element
     *     of another form, {@code invalid_field_name} when a name in a path is empty; {@code too_many_sort_keys} and
     *     {@code field_path_too_long} when it exceeds the limits
     */
    public static SortOrder compile(JsonNode sort, MangoLimits limits) {
        if (sort.isMissingNode() || sort.isArray() && sort.isEmpty()) {
            return NONE;
        }
        if (!sort.isArray()) {
            throw new MangoException(
                    "invalid_sort_json", "Sort must be an array of sort specs, not: " + Excerpt.of(sort));
        }
        if (sort.size() > limits.maxSortKeys()) {
            throw new MangoException(
                    "too_many_sort_keys", "A sort may list up to " + limits.maxSortKeys() + " fields.");
        }
        List<SortField> fields = new ArrayList<>();
        for (JsonNode field : sort) {
            fields.add(sortField(field, limits));
        }
        return new SortOrder(sort.deepCopy(), List.copyOf(fields), limits);
    }

    /**
     * Returns this order, once it is known to be within other limits than those it was compiled in.
     *
     * @throws MangoException when it exceeds them
     */
    public SortOrder within(MangoLimits limits) {
        return limits.cover(this.limits) ? this : compile(json, limits);
    }

    /** Returns the order of {@code _id}, in which {@code _all_docs} gives documents: by the bytes of UTF-8. */
    public static Comparator<String> ofIds() {
        return TermOrder::compareUtf8;
    }

    /** Tells whether no order was asked for. */
    public boolean isNone() {
        return sortFields.isEmpty();
    }

    /**
     * A field that is sorted by.
     *
     * @param path the names that lead to it
     * @param byBytes whether its values order by their bytes and not by {@link Collation}: {@code _id}, where nothing else
     *     is sorted by. They are no part of {@link #valuesKey}
     */
    public record Column(List<String> path, boolean descending, boolean byBytes) {
        public Column {
            path = List.copyOf(path);
        }
    }

    /** Returns the fields that are sorted by; none when {@link #isNone()}. */
    public List<Column> columns() {
        return sortFields.stream()
                .map(field -> new Column(field.path.names(), field.descending, isByBytes(field)))
                .toList();
    }

    private boolean isByBytes(SortField field) {
        return sortFields.size() == 1 && field.name.equals(ID);
    }

    /** Returns the names of the fields that are sorted by, as they were given; empty when {@link #isNone()}. */
    public List<String> fields() {
        return sortFields.stream().map(SortField::name).toList();
    }

    /**
     * Returns a key whose unsigned order is the order of the rows: {@code Arrays.compareUnsigned(key(a), key(b))}.
     * Two documents have the same key only when they have the same {@code _id} (one that lacks a string there counts as
     * having an empty one) and equal sort values. Keys of different orders do not compare.
     *
     * @return the key, or {@code null} when the document lacks a sort field and is to be left out
     */
    public byte @Nullable [] key(JsonNode document) {
        return key(document, Budget.unlimited());
    }

    /**
     * The same, paid for: a step for each name of a path, each value in what is sorted by, and for the text in it.
     *
     * @throws BudgetSpentException when the budget does not suffice
     */
    public byte @Nullable [] key(JsonNode document, Budget budget) {
        byte[] id = document.path(ID).asText("").getBytes(StandardCharsets.UTF_8);
        if (isNone()) {
            budget.spend(1);
            return id;
        }
        CollationKeyWriter key = new CollationKeyWriter(budget);
        if (!writeValues(sortFields, document, key, budget)) {
            return null;
        }
        int start = key.size();
        key.raw(id);
        if (isDescendingAtEnd()) {
            key.invertFrom(start);
        }
        return key.toByteArray();
    }

    /** @return false when the document lacks a field */
    private boolean writeValues(List<SortField> fields, JsonNode document, CollationKeyWriter key, Budget budget) {
        for (SortField field : fields) {
            budget.spend(field.path.length());
            JsonNode value = field.path.get(document);
            if (value == null || value.isMissingNode()) {
                return false;
            }
            if (!isByBytes(field)) {
                write(value, field, key);
            }
        }
        return true;
    }

    private static void write(JsonNode value, SortField field, CollationKeyWriter key) {
        int start = key.size();
        key.value(value);
        if (field.descending) {
            key.invertFrom(start);
        }
    }

    /** Tells whether documents of equal values follow in descending order of their {@code _id}. */
    public boolean isDescendingAtEnd() {
        return !isNone() && sortFields.get(sortFields.size() - 1).descending;
    }

    /**
     * What {@link #key} has of the values alone, in two parts: those of all columns but the last, and the last; of one column,
     * all is in the first part. They leave rows of equal values in no order.
     */
    public record ValuesKey(byte[] head, byte[] tail) {}

    /**
     * Returns the key of the values alone.
     *
     * @return the key, or {@code null} when the document lacks a sort field
     */
    public @Nullable ValuesKey valuesKey(JsonNode document, Budget budget) {
        CollationKeyWriter head = new CollationKeyWriter(budget);
        if (sortFields.size() < 2) {
            return writeValues(sortFields, document, head, budget) ? new ValuesKey(head.toByteArray(), NOTHING) : null;
        }
        int last = sortFields.size() - 1;
        CollationKeyWriter tail = new CollationKeyWriter(budget);
        boolean hasAll = writeValues(sortFields.subList(0, last), document, head, budget)
                && writeValues(sortFields.subList(last, last + 1), document, tail, budget);
        return hasAll ? new ValuesKey(head.toByteArray(), tail.toByteArray()) : null;
    }

    /**
     * Returns what the keys of all documents begin with that have these values in the first of the {@link #columns}, and of
     * no others. None of the columns is one {@linkplain Column#byBytes by bytes}.
     *
     * @param values no more than there are columns
     */
    public byte[] prefix(List<JsonNode> values, Budget budget) {
        return prefixWriter(values, budget).toByteArray();
    }

    /** Returns what the keys of all documents begin with that have these values first, then an array, and of no others. */
    public byte[] arraysPrefix(List<JsonNode> values, Budget budget) {
        CollationKeyWriter key = prefixWriter(values, budget);
        int start = key.size();
        key.array();
        if (sortFields.get(values.size()).descending) {
            key.invertFrom(start);
        }
        return key.toByteArray();
    }

    private CollationKeyWriter prefixWriter(List<JsonNode> values, Budget budget) {
        CollationKeyWriter key = new CollationKeyWriter(budget);
        for (int i = 0; i < values.size(); i++) {
            write(values.get(i), sortFields.get(i), key);
        }
        return key;
    }

    /** Returns the list as it was given, as a copy of its own; an empty list for no order. */
    public JsonNode json() {
        return json.deepCopy();
    }

    /** Returns the list's JSON. */
    @Override
    public String toString() {
        return json.toString();
    }

    private static SortField sortField(JsonNode field, MangoLimits limits) {
        if (field.isTextual() && !field.textValue().isEmpty()) {
            return new SortField(field.textValue(), FieldPath.parse(field.textValue(), limits), false);
        }
        if (field.isObject() && field.size() == 1) {
            Map.Entry<String, JsonNode> only = field.properties().iterator().next();
            String direction = only.getValue().asText("");
            if (only.getValue().isTextual() && (direction.equals("asc") || direction.equals("desc"))) {
                return new SortField(only.getKey(), FieldPath.parse(only.getKey(), limits), direction.equals("desc"));
            }
        }
        throw new MangoException(
                "invalid_sort_field",
                "Invalid sort field: " + Excerpt.of(field) + ". Write \"name\" or {\"name\": \"asc\"} or \"desc\".");
    }
}
