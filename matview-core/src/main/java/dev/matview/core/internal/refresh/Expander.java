package dev.matview.core.internal.refresh;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the documents that rows refer to into the rows, at refresh.
 *
 * <ol>
 *   <li>The rows of documents that changed are expanded. So are other rows that refer to documents that changed, to any of a
 *       database that was read whole or is gone, or of one that the feed does not cover, since nobody tells when that one
 *       moves. {@link References} finds them, so that this costs the rows that refer.
 *   <li>The documents are fetched, one request a database and a few hundred ids ({@link ReferredDocuments}).
 *   <li>A database that cannot be read is behind, and so is every slice that moved and refers to it: they keep their
 *       last rows and position, and the next refresh tries again.
 *   <li>Of a view that is being built, and of which something is aside, all rows are expanded there, in portions
 *       ({@link AsideExpansion}).
 * </ol>
 */
public final class Expander {

    private final Aggregator aggregator;
    private final UserDatabases users;

    public Expander(Aggregator aggregator, UserDatabases users) {
        this.aggregator = aggregator;
        this.users = users;
    }

    /** Expands what the visit found, and adds to it the rows of other slices that show something else now. */
    void expand(Findings visit) throws InterruptedException {
        if (visit.feed().expand().isEmpty() || visit.isFull()) {
            return;
        }
        if (visit.found().aside() != null) {
            new AsideExpansion(visit, new ReferredDocuments(aggregator, users, null)).run();
            return;
        }
        Moved moved = new Moved(visit);
        References references = visit.references(users);
        Collection<Row> others = references == null ? List.of() : affected(moved, references);
        ReferredDocuments documents = new ReferredDocuments(aggregator, users, references);
        Map<String, Set<String>> wanted = new HashMap<>();
        visit.moved().forEach(slice -> slice.rows().forEach(row -> documents.want(row, wanted)));
        visit.changes().values().forEach(change -> change.put().forEach(row -> documents.want(row, wanted)));
        others.forEach(row -> wantMoved(row, moved, documents, wanted));
        documents.fetch(wanted, visit);
        expandFound(visit, documents);
        for (Row row : others) {
            Row expanded = documents.expand(row);
            if (!expanded.equals(row)) {
                visit.other(expanded);
            }
        }
    }

    private static void expandFound(Findings visit, ReferredDocuments documents) {
        for (Slice slice : List.copyOf(visit.moved())) {
            if (!isSetBack(slice.database(), slice.rows(), documents, visit)) {
                List<Row> rows = slice.rows().stream().map(documents::expand).toList();
                visit.expanded(new Slice(slice.database(), slice.position(), rows, slice.leftOut()));
            }
        }
        for (SliceChange change : List.copyOf(visit.changes().values())) {
            if (!isSetBack(change.database(), change.put(), documents, visit)) {
                List<Row> rows = change.put().stream().map(documents::expand).toList();
                visit.expanded(new SliceChange(
                        change.database(), change.since(), change.position(), rows, change.others(), change.leftOut()));
            }
        }
    }

    /** Sets the slice back when one of its rows refers to a database that could not be read. */
    private static boolean isSetBack(String database, List<Row> rows, ReferredDocuments documents, Findings visit) {
        Optional<AggregationException> failure =
                rows.stream().flatMap(row -> documents.failure(row).stream()).findAny();
        failure.ifPresent(cause -> visit.setBack(database, cause));
        return failure.isPresent();
    }

    /** The rows whose documents did not change, and whose references may lead elsewhere now. */
    private static Collection<Row> affected(Moved moved, References references) {
        // Of those that refer to several such documents, one is enough.
        Map<RowId, Row> affected = new HashMap<>();
        moved.whole.forEach(database -> references.to(database).forEach(row -> affected.put(RowId.of(row), row)));
        moved.ids.forEach((database, ids) ->
                ids.forEach(id -> references.to(database, id).forEach(row -> affected.put(RowId.of(row), row))));
        references.outside().forEach(row -> affected.put(RowId.of(row), row));
        affected.keySet().removeIf(row -> moved.has(row.database(), row.id()));
        return affected.values();
    }

    private static void wantMoved(Row row, Moved moved, ReferredDocuments documents, Map<String, Set<String>> wanted) {
        for (Expansion reference : row.expansions()) {
            documents
                    .database(reference.did())
                    .filter(database -> moved.has(database, reference.ref()) || !moved.feed.covers(database))
                    .ifPresent(database -> wanted.computeIfAbsent(database, name -> new HashSet<>())
                            .add(reference.ref()));
        }
    }

    /** The documents that may be others now: all of a database that was read whole, or is gone. */
    private static final class Moved {
        private final FeedDefinition feed;
        private final Set<String> whole;
        private final Map<String, Set<String>> ids = new HashMap<>();

        Moved(Findings visit) {
            feed = visit.feed();
            whole = new HashSet<>(visit.gone());
            visit.moved().forEach(slice -> whole.add(slice.database()));
            visit.changes().forEach((database, change) -> ids.put(database, change.ids()));
        }

        boolean has(String database, String id) {
            return whole.contains(database)
                    || ids.getOrDefault(database, Set.of()).contains(id);
        }
    }
}
