package dev.matview.core.internal.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.internal.view.ServedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** Generations one after another, made by chance, and what a query finds of one by looking at all rows. */
public final class Histories {

    private Histories() {}

    private static final List<String> SELECTORS = List.of(
            "{\"k\":{\"$lt\":5}}",
            "{\"k\":3}",
            "{\"k\":{\"$exists\":false}}",
            "{\"$or\":[{\"k\":1},{\"s\":{\"$regex\":\"a\"}}]}",
            "{}");

    private static final List<String> SORTS =
            List.of("[]", "[]", "[\"k\"]", "[{\"k\":\"desc\"}]", "[{\"s\":\"asc\"},{\"k\":\"desc\"}]");

    public static Query query(String selector, String sort) {
        return Query.builder()
                .selector(selector)
                .sort(SortOrder.compile(Json.parse(sort)))
                .build();
    }

    private static Row row(String database, String id, Random random) {
        ObjectNode document = Json.object().put("_id", id);
        if (random.nextInt(5) > 0) {
            document.put("k", random.nextInt(10));
        }
        if (random.nextInt(3) > 0) {
            document.put("s", "" + (char) ('a' + random.nextInt(3)));
        }
        document.put("n", random.nextInt(1_000_000));
        byte[] key = {(byte) random.nextInt(50)};
        return new Row(database, id, key, Json.bytes(document), null);
    }

    private static ViewHead head(FeedDefinition feed, long generation) {
        return new ViewHead(generation, feed.fingerprint(), Instant.ofEpochSecond(generation), 3, 0);
    }

    public static Served first(FeedDefinition feed) {
        Snapshot empty = Snapshot.of(new ViewDelta("v", 0, true, head(feed, 1), List.of(), Set.of()));
        return ServedGenerations.of(feed, empty, null);
    }

    /** Some rows of one database put or removed; sometimes many, or a database dropped. */
    public static Served next(Served last, Random random) {
        String database = "userdb-" + random.nextInt(3);
        long base = last.generation().head().generation();
        int edits = base == 1 ? 2_000 : random.nextInt(6) == 0 ? 400 : 1 + random.nextInt(4);
        List<Row> put = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (int i = 0; i < edits; i++) {
            String id = "p" + random.nextInt(1_500);
            if (put.stream().anyMatch(row -> row.id().equals(id)) || removed.contains(id)) {
                continue;
            }
            if (random.nextInt(3) == 0) {
                removed.add(id);
            } else {
                put.add(row(database, id, random));
            }
        }
        boolean drops = random.nextInt(12) == 0;
        SliceDelta slice = new SliceDelta(database, new Position("" + base, "0", "i"), put, Set.copyOf(removed));
        ViewDelta delta = new ViewDelta(
                "v",
                base,
                false,
                head(last.feed(), base + 1),
                drops ? List.of() : List.of(slice),
                drops ? Set.of(database) : Set.of());
        return ServedGenerations.of(last.feed(), ((Snapshot) last.generation()).apply(delta), last);
    }

    public static List<Row> anew(Served served, Query query) {
        OrderedRows shown = served.generation().visible(served.feed());
        List<Row> rows = new ArrayList<>();
        shown.forEach(rows::add);
        rows.removeIf(row -> !query.selector().matches(Json.parseObject(row.document())));
        if (!query.sort().isNone()) {
            rows.removeIf(row -> query.sort().key(Json.parseObject(row.document())) == null);
            rows.sort(Comparator.comparing(
                            (Row row) -> Objects.requireNonNull(query.sort().key(Json.parseObject(row.document()))),
                            Arrays::compareUnsigned)
                    .thenComparing(row -> row));
        }
        return rows;
    }

    public static Served large(Random random) {
        Served last = first(FeedDefinition.builder("posts").build());
        for (int i = 0; i < 6; i++) {
            last = next(last, random);
        }
        return last;
    }

    /** A change of the row, which then shows that. */
    public static Served change(Served last, Row row, ObjectNode document) {
        long base = last.generation().head().generation();
        Row changed = new Row(row.database(), row.id(), row.sortKey(), Json.bytes(document), null);
        SliceDelta slice =
                new SliceDelta(row.database(), new Position("c" + base, "0", "i"), List.of(changed), Set.of());
        ViewDelta delta = new ViewDelta(
                last.generation().view(), base, false, head(last.feed(), base + 1), List.of(slice), Set.of());
        return ServedGenerations.of(last.feed(), ((Snapshot) last.generation()).apply(delta), last);
    }

    /** A query of any selector and sort. */
    public static Query.Builder anyQuery(Random random) {
        return query(SELECTORS.get(random.nextInt(SELECTORS.size())), SORTS.get(random.nextInt(SORTS.size())))
                .toBuilder();
    }

    /** A feed that shows all rows, or some. */
    public static FeedDefinition anyFeed(Random random) {
        FeedDefinition.Builder feed = FeedDefinition.builder("posts");
        if (random.nextBoolean()) {
            feed.limit(1 + random.nextInt(1_500));
        }
        return feed.build();
    }

    /** The first generation of another view, with the same rows. */
    public static Served another(String view, Served served) {
        ViewDelta whole = ((Snapshot) served.generation()).whole();
        ViewDelta first = new ViewDelta(view, 0, true, head(served.feed(), 1), whole.slices(), Set.of());
        return ServedGenerations.of(served.feed(), Snapshot.of(first), null);
    }
}
