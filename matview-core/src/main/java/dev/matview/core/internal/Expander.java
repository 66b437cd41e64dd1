package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Acl;
import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator;
import dev.matview.core.DidResolver;
import dev.matview.core.Expansion;
import dev.matview.core.Row;
import dev.matview.core.Slice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the documents that rows refer to into the rows, at refresh.
 *
 * <ol>
 *   <li>The rows of slices that moved are expanded. So are rows of other slices that refer to a database that moved or is
 *       gone, and rows that refer to a database the feed does not cover, since nobody tells when that one moves.
 *   <li>The documents are fetched, one request a database and a few hundred ids.
 *   <li>A database that cannot be read is behind, and so is every slice that moved and refers to it: they keep their
 *       last rows and position, and the next refresh tries again.
 * </ol>
 */
final class Expander {

    private static final int IDS_AT_ONCE = 200;

    private final Aggregator aggregator;
    private final DidResolver dids;

    Expander(Aggregator aggregator, DidResolver dids) {
        this.aggregator = aggregator;
        this.dids = dids;
    }

    /** Expands what the visit found, and adds to it the rows of other slices that show something else now. */
    void expand(Visit visit) throws InterruptedException {
        if (visit.feed().expand().isEmpty() || visit.isFull()) {
            return;
        }
        List<Row> others = affected(visit);
        Map<String, Set<String>> wanted = new HashMap<>();
        visit.moved().forEach(slice -> slice.rows().forEach(row -> want(row, wanted)));
        others.forEach(row -> want(row, wanted));
        Fetched fetched = fetch(wanted, visit);
        for (Slice slice : List.copyOf(visit.moved())) {
            Optional<String> failed = slice.rows().stream()
                    .flatMap(row -> referred(row).stream())
                    .filter(fetched.failures()::containsKey)
                    .findAny();
            if (failed.isPresent()) {
                visit.setBack(slice.database(), fetched.failures().get(failed.get()));
            } else {
                List<Row> rows = slice.rows().stream().map(fetched::expand).toList();
                visit.expanded(new Slice(slice.database(), slice.position(), rows, slice.leftOut()));
            }
        }
        for (Row row : others) {
            Row expanded = fetched.expand(row);
            if (!expanded.equals(row)) {
                visit.changed(expanded);
            }
        }
    }

    /** The rows of slices that did not move whose references may lead elsewhere now. */
    private List<Row> affected(Visit visit) {
        Snapshot base = visit.base();
        if (base == null || visit.rebuilds()) {
            return List.of();
        }
        Set<String> moved = new HashSet<>(visit.gone());
        visit.moved().forEach(slice -> moved.add(slice.database()));
        List<Row> affected = new ArrayList<>();
        for (Row row : base.rows()) {
            if (!moved.contains(row.database())
                    && referred(row).stream()
                            .anyMatch(database ->
                                    moved.contains(database) || !visit.feed().covers(database))) {
                affected.add(row);
            }
        }
        return affected;
    }

    private void want(Row row, Map<String, Set<String>> wanted) {
        for (Expansion expansion : row.expansions()) {
            dids.database(expansion.did())
                    .ifPresent(database -> wanted.computeIfAbsent(database, name -> new HashSet<>())
                            .add(expansion.ref()));
        }
    }

    private Set<String> referred(Row row) {
        if (row.expansions().isEmpty()) {
            return Set.of();
        }
        Set<String> databases = new HashSet<>();
        row.expansions().forEach(expansion -> dids.database(expansion.did()).ifPresent(databases::add));
        return databases;
    }

    private Fetched fetch(Map<String, Set<String>> wanted, Visit visit) throws InterruptedException {
        Map<Referrals.Key, ObjectNode> documents = new HashMap<>();
        Map<String, AggregationException> failures = new HashMap<>();
        for (Map.Entry<String, Set<String>> database : wanted.entrySet()) {
            String name = database.getKey();
            try {
                for (Set<String> ids : batches(database.getValue())) {
                    aggregator
                            .fetch(name, ids)
                            .forEach((id, document) -> documents.put(new Referrals.Key(name, id), document));
                }
            } catch (AggregationException e) {
                failures.put(name, e);
                visit.setBack(name, e);
            }
        }
        return new Fetched(documents, failures);
    }

    private static List<Set<String>> batches(Set<String> ids) {
        List<Set<String>> batches = new ArrayList<>();
        Set<String> batch = new HashSet<>();
        for (String id : ids) {
            batch.add(id);
            if (batch.size() == IDS_AT_ONCE) {
                batches.add(batch);
                batch = new HashSet<>();
            }
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    private final class Fetched {
        private final Map<Referrals.Key, ObjectNode> documents;
        private final Map<String, AggregationException> failures;

        Fetched(Map<Referrals.Key, ObjectNode> documents, Map<String, AggregationException> failures) {
            this.documents = documents;
            this.failures = failures;
        }

        Map<String, AggregationException> failures() {
            return failures;
        }

        Row expand(Row row) {
            if (row.expansions().isEmpty()) {
                return row;
            }
            List<Expansion> expansions =
                    row.expansions().stream().map(this::expand).toList();
            return new Row(row.database(), row.id(), row.sortKey(), row.document(), row.acl(), expansions);
        }

        private Expansion expand(Expansion expansion) {
            Optional<String> database = dids.database(expansion.did());
            if (database.isPresent() && failures.containsKey(database.get())) {
                return expansion;
            }
            @Nullable
            ObjectNode document = database.map(name -> documents.get(new Referrals.Key(name, expansion.ref())))
                    .orElse(null);
            return document == null
                    ? new Expansion(expansion.field(), expansion.did(), expansion.ref(), null, null)
                    : new Expansion(
                            expansion.field(),
                            expansion.did(),
                            expansion.ref(),
                            Json.bytes(document),
                            Acl.of(document));
        }
    }
}
