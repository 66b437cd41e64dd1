package dev.matview.core.internal.refresh;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Acl;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.Referrals;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts the documents that rows refer to into the rows, at refresh.
 *
 * <ol>
 *   <li>The rows of documents that changed are expanded. So are other rows that refer to documents that changed, to any of a
 *       database that was read whole or is gone, or of one that the feed does not cover, since nobody tells when that one
 *       moves. {@link References} finds them, so that this costs the rows that refer.
 *   <li>The documents are fetched, one request a database and a few hundred ids.
 *   <li>A database that cannot be read is behind, and so is every slice that moved and refers to it: they keep their
 *       last rows and position, and the next refresh tries again.
 * </ol>
 */
public final class Expander {

    private static final int IDS_AT_ONCE = 200;

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
        Moved moved = new Moved(visit);
        References references = visit.references(users);
        Collection<Row> others = references == null ? List.of() : affected(moved, references);
        Map<String, Set<String>> wanted = new HashMap<>();
        visit.moved().forEach(slice -> slice.rows().forEach(row -> want(row, wanted)));
        visit.changes().values().forEach(change -> change.put().forEach(row -> want(row, wanted)));
        others.forEach(row -> wantMoved(row, moved, wanted));
        Fetched fetched = fetch(wanted, references, visit);
        for (Slice slice : List.copyOf(visit.moved())) {
            if (!isSetBack(slice.database(), slice.rows(), fetched, visit)) {
                List<Row> rows = slice.rows().stream().map(fetched::expand).toList();
                visit.expanded(new Slice(slice.database(), slice.position(), rows, slice.leftOut()));
            }
        }
        for (SliceChange change : List.copyOf(visit.changes().values())) {
            if (!isSetBack(change.database(), change.put(), fetched, visit)) {
                List<Row> rows = change.put().stream().map(fetched::expand).toList();
                visit.expanded(new SliceChange(
                        change.database(), change.since(), change.position(), rows, change.others(), change.leftOut()));
            }
        }
        for (Row row : others) {
            Row expanded = fetched.expand(row);
            if (!expanded.equals(row)) {
                visit.other(expanded);
            }
        }
    }

    /** Sets the slice back when one of its rows refers to a database that could not be read. */
    private boolean isSetBack(String database, List<Row> rows, Fetched fetched, Findings visit) {
        Optional<AggregationException> failure = rows.stream()
                .flatMap(row -> referred(row).stream())
                .flatMap(other -> Stream.ofNullable(fetched.failures().get(other)))
                .findAny();
        failure.ifPresent(cause -> visit.setBack(database, cause));
        return failure.isPresent();
    }

    /** The rows whose documents did not change, and whose references may lead elsewhere now. */
    private static Collection<Row> affected(Moved moved, References references) {
        // Of two that refer to several such documents, one is enough: they are the same object.
        Map<Row, Row> affected = new IdentityHashMap<>();
        moved.whole.forEach(database -> references.to(database).forEach(row -> affected.put(row, row)));
        moved.ids.forEach((database, ids) ->
                ids.forEach(id -> references.to(database, id).forEach(row -> affected.put(row, row))));
        references.outside().forEach(row -> affected.put(row, row));
        affected.keySet().removeIf(row -> moved.has(row.database(), row.id()));
        return affected.keySet();
    }

    private void wantMoved(Row row, Moved moved, Map<String, Set<String>> wanted) {
        for (Expansion reference : row.expansions()) {
            users.database(reference.did())
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

    private void want(Row row, Map<String, Set<String>> wanted) {
        for (Expansion expansion : row.expansions()) {
            users.database(expansion.did())
                    .ifPresent(database -> wanted.computeIfAbsent(database, name -> new HashSet<>())
                            .add(expansion.ref()));
        }
    }

    private Set<String> referred(Row row) {
        if (row.expansions().isEmpty()) {
            return Set.of();
        }
        Set<String> databases = new HashSet<>();
        row.expansions().forEach(expansion -> users.database(expansion.did()).ifPresent(databases::add));
        return databases;
    }

    private Fetched fetch(Map<String, Set<String>> wanted, @Nullable References references, Findings visit)
            throws InterruptedException {
        Shared documents = new Shared(references);
        Map<String, AggregationException> failures = new HashMap<>();
        for (Map.Entry<String, Set<String>> database : wanted.entrySet()) {
            String name = database.getKey();
            try {
                for (Set<String> ids : batches(database.getValue())) {
                    aggregator.fetch(name, ids, document -> documents.add(name, document));
                }
            } catch (AggregationException e) {
                failures.put(name, e);
                visit.setBack(name, e);
            }
        }
        return new Fetched(documents, wanted, failures);
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

    /** A document that rows refer to. */
    private record Referred(byte[] document, Acl acl) {}

    /**
     * Documents that rows refer to, each held once: all rows that refer to it share its bytes, also with the rows of the
     * generation before, where it has not changed.
     */
    private static final class Shared {
        private final Map<Referrals.Key, Referred> documents = new HashMap<>();
        private final @Nullable References references;

        Shared(@Nullable References references) {
            this.references = references;
        }

        /** Holds the bytes alone: a tree takes several times as much. */
        boolean add(String database, ObjectNode document) {
            Referrals.Key key = new Referrals.Key(database, document.path("_id").asText());
            byte[] bytes = Json.bytes(document);
            Expansion held = references == null ? null : references.held(key.database(), key.id());
            byte[] before = held == null ? null : held.document();
            byte[] shared = before != null && Arrays.equals(before, bytes) ? before : bytes;
            documents.put(key, new Referred(shared, Acl.of(document)));
            return true;
        }

        @Nullable
        Referred get(Referrals.Key key) {
            return documents.get(key);
        }
    }

    private final class Fetched {
        private final Shared documents;
        private final Map<String, Set<String>> wanted;
        private final Map<String, AggregationException> failures;

        Fetched(Shared documents, Map<String, Set<String>> wanted, Map<String, AggregationException> failures) {
            this.documents = documents;
            this.wanted = wanted;
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

        /** Whether it was looked for; what was not is as it is held. */
        private boolean isKnown(String database, String id) {
            return !failures.containsKey(database)
                    && wanted.getOrDefault(database, Set.of()).contains(id);
        }

        private Expansion expand(Expansion expansion) {
            Optional<String> database = users.database(expansion.did());
            if (database.isPresent() && !isKnown(database.get(), expansion.ref())) {
                return expansion;
            }
            @Nullable
            Referred referred = database.map(name -> documents.get(new Referrals.Key(name, expansion.ref())))
                    .orElse(null);
            return referred == null
                    ? new Expansion(expansion.field(), expansion.did(), expansion.ref())
                    : new Expansion(
                            expansion.field(), expansion.did(), expansion.ref(), referred.document(), referred.acl());
        }
    }
}
