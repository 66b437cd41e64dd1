package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.internal.view.ServedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.Seed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Selections that go on from generation to generation, against what a search of each one anew finds. */
class CarriedSelectionTest {

    private static final long MEMORY = 64 << 20;

    private static final List<String> SELECTORS = List.of(
            "{\"k\":{\"$lt\":5}}",
            "{\"k\":3}",
            "{\"k\":{\"$exists\":false}}",
            "{\"$or\":[{\"k\":1},{\"s\":{\"$regex\":\"a\"}}]}",
            "{}");

    private static final List<String> SORTS =
            List.of("[]", "[]", "[\"k\"]", "[{\"k\":\"desc\"}]", "[{\"s\":\"asc\"},{\"k\":\"desc\"}]");

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

    private static Served first(FeedDefinition feed) {
        Snapshot empty = Snapshot.of(new ViewDelta("v", 0, true, head(feed, 1), List.of(), Set.of()));
        return ServedGenerations.of(feed, empty, null);
    }

    /** Some rows of one database put or removed; sometimes many, or a database dropped. */
    private static Served next(Served last, Random random) {
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

    private static Query query(String selector, String sort) {
        return Query.builder()
                .selector(selector)
                .sort(SortOrder.compile(Json.parse(sort)))
                .build();
    }

    private static List<Row> anew(Served served, Query query) {
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

    private static Selection<?> selection(SelectionLine line, Served served, Query query, Budget budget) {
        return line.of(served, row -> true, of -> Selection.of(query, of, MEMORY), budget);
    }

    private static List<Row> page(SelectionLine line, Served served, Query query, Row after, int skip, Budget budget) {
        OrderedRows source = served.generation().visible(served.feed());
        return selection(line, served, query, budget)
                .over(source)
                .after(after, skip, budget)
                .next(20, budget);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void pagesAreThoseThatASearchAnewWouldGive(@ForAll long seed) {
        Random random = new Random(seed);
        FeedDefinition.Builder feed = FeedDefinition.builder("posts");
        if (random.nextBoolean()) {
            feed.limit(1 + random.nextInt(1_500));
        }
        Query query = query(SELECTORS.get(random.nextInt(SELECTORS.size())), SORTS.get(random.nextInt(SORTS.size())));
        SelectionLine line = new SelectionLine();
        List<Served> history = new ArrayList<>(List.of(first(feed.build())));
        for (int i = 0; i < 25; i++) {
            history.add(next(history.get(history.size() - 1), random));
            Served asked = random.nextInt(4) == 0
                    ? history.get(random.nextInt(history.size()))
                    : history.get(history.size() - 1);
            List<Row> rows = anew(asked, query);
            int place = rows.isEmpty() || random.nextBoolean() ? -1 : random.nextInt(Math.min(rows.size(), 300));
            int skip = random.nextInt(3) == 0 ? random.nextInt(400) : 0;
            int begin = Math.min(rows.size(), place + 1 + skip);
            Row after = place < 0 ? null : rows.get(place);

            assertThat(page(line, asked, query, after, skip, Budget.unlimited()))
                    .as("generation %s, %s %s", asked.generation().tag(), query.selector(), query.sort())
                    .isEqualTo(rows.subList(begin, Math.min(rows.size(), begin + 20)));
        }
    }

    private static Served large(Random random) {
        Served last = first(FeedDefinition.builder("posts").build());
        for (int i = 0; i < 6; i++) {
            last = next(last, random);
        }
        return last;
    }

    /** A change of the row, which then shows that. */
    private static Served change(Served last, Row row, ObjectNode document) {
        long base = last.generation().head().generation();
        Row changed = new Row(row.database(), row.id(), row.sortKey(), Json.bytes(document), null);
        SliceDelta slice =
                new SliceDelta(row.database(), new Position("c" + base, "0", "i"), List.of(changed), Set.of());
        ViewDelta delta = new ViewDelta("v", base, false, head(last.feed(), base + 1), List.of(slice), Set.of());
        return ServedGenerations.of(last.feed(), ((Snapshot) last.generation()).apply(delta), last);
    }

    @Test
    void afterOneRowChangedNotAllAreLookedAt() {
        for (String sort : List.of("[]", "[\"k\"]")) {
            Served last = large(Seed.random());
            Query query = query("{\"n\":{\"$lt\":0}}", sort);
            SelectionLine line = new SelectionLine();
            page(line, last, query, null, 0, Budget.unlimited());
            Row row = last.generation().page(null, 30, 1).get(0);
            Served next = change(last, row, Json.object().put("n", -1).put("k", 1));

            assertThat(page(line, next, query, null, 0, Budget.ofSteps(300))).hasSize(1);
            assertThat(page(line, last, query, null, 0, Budget.ofSteps(300))).isEmpty();
        }
    }

    @Test
    void whatChangedBehindWhatWasLookedAtIsLookedAtInItsTime() {
        Served last = large(Seed.random());
        Query query = query("{\"n\":{\"$gte\":0}}", "[]");
        SelectionLine line = new SelectionLine();
        page(line, last, query, null, 0, Budget.unlimited());
        Row far = last.generation().page(null, 600, 1).get(0);
        Served next = change(last, far, Json.object().put("n", -1));

        assertThat(page(line, next, query, null, 0, Budget.ofSteps(200))).hasSize(20);
        assertThat(page(line, next, query, null, 595, Budget.unlimited()))
                .isEqualTo(anew(next, query).subList(595, 615));
    }

    /** As in a search: pages before it are there, pages that lead past it fail. */
    @Test
    void aRowThatNobodyCanPayForFailsOnlyThosePagesThatLeadPastIt() {
        Served last = large(Seed.random());
        Query query = query("{\"$or\":[{\"n\":{\"$gte\":0}},{\"a\":{\"$elemMatch\":{\"$lt\":0}}}]}", "[]");
        SelectionLine line = new SelectionLine();
        page(line, last, query, null, 600, Budget.unlimited());
        ObjectNode costly = Json.object();
        var elements = costly.putArray("a");
        for (int i = 0; i < 100_000; i++) {
            elements.add(i);
        }
        Served next = change(last, last.generation().page(null, 500, 1).get(0), costly);

        assertThatThrownBy(() -> page(line, next, query, null, 0, Budget.hot(10_000)))
                .isInstanceOf(BudgetSpentException.class);
        assertThatThrownBy(() -> page(line, next, query, null, 0, Budget.ofSteps(50_000)))
                .isInstanceOf(BudgetSpentException.class);
        assertThat(page(line, next, query, null, 0, Budget.ofSteps(50_000))).hasSize(20);
        assertThatThrownBy(() -> page(line, next, query, null, 490, Budget.ofSteps(50_000)))
                .isInstanceOf(BudgetSpentException.class);
    }

    @Test
    void anotherGenerationSharesNearlyAllMemory() {
        Served last = large(Seed.random());
        Query query = query("{}", "[\"n\"]");
        SelectionLine line = new SelectionLine();
        page(line, last, query, null, 0, Budget.unlimited());
        long one = line.bytes();
        Served next = change(
                last, last.generation().page(null, 30, 1).get(0), Json.object().put("n", 1));
        page(line, next, query, null, 0, Budget.unlimited());

        assertThat(one).isGreaterThan(60L * last.generation().size());
        assertThat(line.bytes()).isBetween(one, one + one / 10);
    }
}
