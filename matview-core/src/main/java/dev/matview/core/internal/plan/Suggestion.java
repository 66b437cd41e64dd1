package dev.matview.core.internal.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.MangoLimits;
import dev.matview.core.mango.Requirements.Kind;
import dev.matview.core.mango.Requirements.Requirement;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.mango.SortOrder.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which index would help a query that has none of its own. */
public final class Suggestion {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final Set<Kind> RANGES = Set.of(Kind.LESS, Kind.AT_MOST, Kind.AT_LEAST, Kind.GREATER);

    private Suggestion() {}

    /**
     * The index that a query would best be answered by: what the selector binds to one value, then what is sorted by, or
     * else what it binds to several, and a range.
     *
     * @param plan how it is answered by an index; null where it is not
     * @return empty where it could not be answered better
     */
    public static Optional<SortOrder> of(Query query, FeedDefinition feed, @Nullable Plan<?> plan) {
        if (plan != null && plan.isOrdered() && !plan.isTested()) {
            return Optional.empty();
        }
        List<Requirement> required = query.selector().requirements().all();
        Map<List<String>, Boolean> fields = new LinkedHashMap<>();
        add(fields, required, Set.of(Kind.EQUAL), Integer.MAX_VALUE, feed);
        if (query.sort().isNone()) {
            add(fields, required, Set.of(Kind.IN), Integer.MAX_VALUE, feed);
            add(fields, required, RANGES, 1, feed);
        } else {
            query.sort().columns().forEach(column -> fields.putIfAbsent(column.path(), column.descending()));
        }
        if (fields.isEmpty() || fields.size() > MangoLimits.defaults().maxSortKeys()) {
            return Optional.empty();
        }
        SortOrder index = SortOrder.compile(json(fields));
        boolean isListed = feed.indexes().stream().map(SortOrder::columns).anyMatch(index.columns()::equals);
        boolean isShown = FeedDefinition.notShown(index, feed.fields()).isEmpty();
        boolean isOfUse = index.columns().stream().noneMatch(Column::byBytes) || required.isEmpty();
        return isListed || !isShown || !isOfUse ? Optional.empty() : Optional.of(index);
    }

    /** In the directions of the feed, of what that is sorted by: no index serves its order that has others. */
    private static void add(
            Map<List<String>, Boolean> fields,
            List<Requirement> required,
            Set<Kind> kinds,
            int most,
            FeedDefinition feed) {
        Set<List<String>> descending = feed.sort().columns().stream()
                .filter(Column::descending)
                .map(Column::path)
                .collect(Collectors.toSet());
        required.stream()
                .filter(one -> kinds.contains(one.kind()))
                .map(Requirement::path)
                .filter(path -> !fields.containsKey(path))
                .distinct()
                .limit(most)
                .toList()
                .forEach(path -> fields.put(path, descending.contains(path)));
    }

    /** As the registry has it. */
    private static ArrayNode json(Map<List<String>, Boolean> fields) {
        ArrayNode index = JSON.arrayNode();
        fields.forEach((path, descending) -> {
            List<String> names =
                    path.stream().map(name -> name.replace(".", "\\.")).toList();
            String field = String.join(".", names);
            if (descending) {
                index.addObject().put(field, "desc");
            } else {
                index.add(field);
            }
        });
        return index;
    }
}
