package dev.matview.core.internal.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.plan.Candidates;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Planner;
import dev.matview.core.internal.plan.RowsOfKey;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Json;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import dev.matview.testkit.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An index changes the cost, never the answer: each way to go by one gives the rows that a search of all gives. */
class IndexedRowsTest {

    private static final Budget UNPAID = Budget.unlimited();
    private static final long MEMORY = 1 << 24;

    /** How often each kind of way was gone: a test of ways that nobody goes says nothing. */
    private final Map<String, Integer> gone = new TreeMap<>();

    private static List<FeedDefinition.Builder> feeds() {
        return List.of(
                FeedDefinition.builder("posts"),
                FeedDefinition.builder("posts").fields("a", "b", "c"),
                FeedDefinition.builder("posts").fields("_id", "a", "b", "c").sort("[\"a\"]"),
                FeedDefinition.builder("posts").sort("[\"a\",{\"b\":\"desc\"}]"),
                FeedDefinition.builder("posts").sort("[{\"b\":\"desc\"}]").limit(40));
    }

    @Property(tries = 120, shrinking = ShrinkingMode.OFF)
    void everyWayGivesTheRowsOfASearchAfterAnyHistory(@ForAll long seed) {
        RandomView view = new RandomView(new Random(seed));
        FeedDefinition feed =
                view.one(feeds()).indexes(view.indexes(RandomView.FIELDS)).build();
        IndexedView indexed = new IndexedView(feed);
        for (int i = 0; i < 6; i++) {
            Served served = indexed.next(view.changes());
            for (int asked = 0; asked < 12; asked++) {
                assertSameAnswer(served, view.query(), view.random());
            }
        }
        assertThat(gone.keySet()).hasSizeGreaterThan(2);
    }

    /** Where ids are part of an index, as far as a sort by them goes. */
    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void alsoByIndexesOverIds(@ForAll long seed) {
        RandomView view = new RandomView(new Random(seed));
        List<SortOrder> indexes = new ArrayList<>(view.indexes(List.of("_id", "a")));
        indexes.addAll(view.indexes(List.of("_id")));
        IndexedView indexed =
                new IndexedView(FeedDefinition.builder("posts").indexes(indexes).build());
        Served served = indexed.next(view.changes());
        for (int asked = 0; asked < 30; asked++) {
            Query query = view.query().toBuilder()
                    .sort(SortOrder.compile(view.one(List.of(
                            view.sort(),
                            Json.json("['_id']"),
                            Json.json("[{'_id':'desc'}]"),
                            Json.json("['a','_id']")))))
                    .build();
            assertSameAnswer(served, query, view.random());
        }
    }

    @Test
    void everyWayGivesWhatCouchDbAnswered() {
        Map<String, Map<String, Optional<ObjectNode>>> documents = new TreeMap<>();
        List<JsonNode> lines = Json.lines("docs.jsonl");
        for (int i = 0; i < lines.size(); i++) {
            ObjectNode document = (ObjectNode) lines.get(i);
            // Some are in several databases, and so equal but for that.
            for (int database = i % 3; database < (i % 4 == 0 ? 3 : i % 3 + 1); database++) {
                documents
                        .computeIfAbsent("userdb-" + database, name -> new HashMap<>())
                        .put(document.get("_id").textValue(), Optional.of(document));
            }
        }
        IndexedView indexed = new IndexedView(FeedDefinition.builder("posts").build());
        indexed.next(documents);
        Random random = Seed.random();
        int cases = 0;
        for (JsonNode given : Json.lines("cases.jsonl")) {
            if (Set.of("select", "sort").contains(given.get("kind").textValue())) {
                List<SortOrder> indexes = new RandomView(random).indexes(fields(given));
                Served served = indexed.redefined(
                        FeedDefinition.builder("posts").indexes(indexes).build());
                Query query = Query.builder()
                        .selector(Selector.compile(given.get("selector")))
                        .sort(given.has("sort") ? SortOrder.compile(given.get("sort")) : SortOrder.none())
                        .build();
                assertSameAnswer(served, query, random);
                cases++;
            }
        }
        assertThat(cases).isEqualTo(1_594 + 151);
        assertThat(gone.keySet())
                .contains("FORWARD true", "BACKWARD true", "NONE true", "OF_FEED false", "FORWARD false");
    }

    /** The fields that a recorded case is about. */
    private static List<String> fields(JsonNode given) {
        Set<String> fields = new LinkedHashSet<>();
        Selector.compile(given.get("selector")).requirements().all().forEach(one -> {
            fields.add(String.join(".", one.path()));
        });
        if (given.has("sort")) {
            fields.addAll(SortOrder.compile(given.get("sort")).fields());
        }
        fields.removeIf(
                field -> field.contains("..") || field.isEmpty() || field.startsWith(".") || field.endsWith("."));
        return fields.isEmpty() ? List.of("a", "n") : List.copyOf(fields);
    }

    private void assertSameAnswer(Served served, Query query, Random random) {
        OrderedRows source = served.generation().visible(served.feed());
        RowList searched = Selection.of(query, MEMORY).over(source);
        List<Row> expected = all(searched);
        Row last = source.size() == served.generation().size() ? null : source.last();
        Predicate<Row> shown = last == null ? null : row -> row.compareTo(last) <= 0;
        for (Plan<Index> way : Planner.ways(query, served.indexes().all(), served.feed(), UNPAID)) {
            gone.merge(way.order() + " " + way.isTested(), 1, Integer::sum);
            Predicate<Row> all = shown == null ? row -> true : shown;
            if (way.order() == Plan.Order.OF_FEED) {
                OrderedRows ofKey = new RowsOfKey(way, all);
                assertThat(all(Selection.of(query, MEMORY).over(ofKey))).isEqualTo(expected);
            }
            RowList rows = way.isOrdered()
                    ? new IndexedRows(way, query.selector(), shown, new Trace(false), () -> {
                        throw new AssertionError("searched");
                    })
                    : Selection.of(query, MEMORY).over(new Candidates(way, all, UNPAID));
            String what = served.feed().indexes() + " " + query.shape() + " " + way.order()
                    + way.index().order();
            assertThat(all(rows)).as(what).isEqualTo(expected);
            for (int i = 0; i < 2; i++) {
                Row after = expected.isEmpty() || random.nextInt(4) == 0
                        ? null
                        : expected.get(random.nextInt(expected.size()));
                assertSameRun(searched, rows, after, random, what);
            }
        }
    }

    private static List<Row> all(RowList rows) {
        return rows.after(null, 0, UNPAID).next(Integer.MAX_VALUE, UNPAID);
    }

    private static void assertSameRun(
            RowList expected, RowList actual, @Nullable Row after, Random random, String what) {
        int skip = random.nextInt(3) == 0 ? random.nextInt(60) : 0;
        RowList.Run one = expected.after(after, skip, UNPAID);
        RowList.Run other = actual.after(after, skip, UNPAID);
        for (int page = 0; page < 4; page++) {
            int limit = random.nextInt(30);
            assertThat(other.next(limit, UNPAID)).as(what).isEqualTo(one.next(limit, UNPAID));
            assertThat(other.passed(UNPAID)).as(what).isSameAs(one.passed(UNPAID));
        }
    }
}
