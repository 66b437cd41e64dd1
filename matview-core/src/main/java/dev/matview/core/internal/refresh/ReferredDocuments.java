package dev.matview.core.internal.refresh;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Acl;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.Referrals;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The documents that rows of one refresh refer to, each fetched once and held once: all rows that refer to it share its bytes,
 * also with the rows of the generation before, where it has not changed. For one thread.
 */
final class ReferredDocuments {

    private static final int IDS_AT_ONCE = 200;

    private final Aggregator aggregator;
    private final UserDatabases users;
    private final @Nullable References references;

    private final Map<Referrals.Key, Referred> documents = new HashMap<>();
    /** The ids that were asked for, by database. */
    private final Map<String, Set<String>> asked = new HashMap<>();

    private final Map<String, AggregationException> failures = new HashMap<>();

    /** A document that rows refer to: its bytes alone, since a tree takes several times as much. */
    private record Referred(byte[] document, Acl acl) {}

    /** @param references of the rows of the generation before; null where none of them stays */
    ReferredDocuments(Aggregator aggregator, UserDatabases users, @Nullable References references) {
        this.aggregator = aggregator;
        this.users = users;
        this.references = references;
    }

    /** Adds the documents that the row refers to, by database. */
    static void want(Row row, UserDatabases users, Map<String, Set<String>> wanted) {
        for (Expansion expansion : row.expansions()) {
            users.database(expansion.did())
                    .ifPresent(database -> wanted.computeIfAbsent(database, name -> new HashSet<>())
                            .add(expansion.ref()));
        }
    }

    /**
     * Fetches what was not asked for before. A database that cannot be read is behind, and not asked again.
     *
     * @param wanted ids by database
     */
    void fetch(Map<String, Set<String>> wanted, Findings visit) throws InterruptedException {
        for (Map.Entry<String, Set<String>> database : wanted.entrySet()) {
            String name = database.getKey();
            if (failures.containsKey(name)) {
                continue;
            }
            Set<String> known = asked.computeIfAbsent(name, any -> new HashSet<>());
            try {
                for (Set<String> ids : batches(database.getValue(), known)) {
                    aggregator.fetch(name, ids, document -> add(name, document));
                }
                known.addAll(database.getValue());
            } catch (AggregationException e) {
                failures.put(name, e);
                visit.setBack(name, e);
            }
        }
    }

    private static List<Set<String>> batches(Set<String> ids, Set<String> without) {
        List<Set<String>> batches = new ArrayList<>();
        Set<String> batch = new HashSet<>();
        for (String id : ids) {
            if (without.contains(id)) {
                continue;
            }
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

    private boolean add(String database, ObjectNode document) {
        Referrals.Key key = new Referrals.Key(database, document.path("_id").asText());
        byte[] bytes = Json.bytes(document);
        Expansion held = references == null ? null : references.held(key.database(), key.id());
        byte[] before = held == null ? null : held.document();
        byte[] shared = before != null && Arrays.equals(before, bytes) ? before : bytes;
        documents.put(key, new Referred(shared, Acl.of(document)));
        return true;
    }

    /** Why the row cannot be expanded: a database that it refers to could not be read. */
    Optional<AggregationException> failure(Row row) {
        return row.expansions().stream()
                .flatMap(expansion -> users.database(expansion.did()).stream())
                .flatMap(database -> Stream.ofNullable(failures.get(database)))
                .findAny();
    }

    /** The row with what was fetched. */
    Row expand(Row row) {
        if (row.expansions().isEmpty()) {
            return row;
        }
        List<Expansion> expansions = row.expansions().stream().map(this::expand).toList();
        return new Row(row.database(), row.id(), row.sortKey(), row.document(), row.acl(), expansions);
    }

    /** Whether it was looked for; what was not is as it is held. */
    private boolean isKnown(String database, String id) {
        return !failures.containsKey(database)
                && asked.getOrDefault(database, Set.of()).contains(id);
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
