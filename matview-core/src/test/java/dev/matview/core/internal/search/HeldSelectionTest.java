package dev.matview.core.internal.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.Query;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Row;
import dev.matview.testkit.Seed;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** What a live query keeps, against what a search of each generation anew finds. */
class HeldSelectionTest {

    private static final long MEMORY = 64 << 20;
    private static final int LIMIT = 20;
    /** Fewer than match, so that they are cut. */
    private static final int KEPT = 100;

    private static OrderedRows source(Served served) {
        return served.generation().visible(served.feed());
    }

    private static Selection<?> selection(HeldSelection held, Served served, Query query, Budget budget) {
        return held.of(served, row -> true, () -> Selection.of(query, KEPT, MEMORY), budget);
    }

    private static List<Row> page(HeldSelection held, Served served, Query query, Budget budget) {
        List<Row> page = selection(held, served, query, budget)
                .over(source(served))
                .after(null, query.skip(), budget)
                .next(LIMIT, budget);
        held.trim();
        return page;
    }

    private static void refill(HeldSelection held, Served served, Query query, Budget budget) {
        held.refill(served, row -> true, () -> Selection.of(query, KEPT, MEMORY), source(served), budget);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void thePageIsThatOfASearchAnew(@ForAll long seed) {
        Random random = new Random(seed);
        Query query = Histories.anyQuery(random)
                .skip(random.nextBoolean() ? 0 : random.nextInt(30))
                .build();
        HeldSelection held = new HeldSelection(query.skip(), LIMIT);
        Served served = Histories.first(Histories.anyFeed(random));
        for (int i = 0; i < 25; i++) {
            served = Histories.next(served, random);
            List<Row> rows = Histories.anew(served, query);
            int begin = Math.min(rows.size(), query.skip());
            if (random.nextInt(5) > 0) {
                assertThat(page(held, served, query, Budget.unlimited()))
                        .as("%s %s", query.selector(), query.sort())
                        .isEqualTo(rows.subList(begin, Math.min(rows.size(), begin + LIMIT)));
            }
            if (held.isShort() && random.nextBoolean()) {
                refill(held, served, query, Budget.unlimited());
                assertThat(held.isShort()).isFalse();
            }
        }
    }

    private static Served removed(Served served, Row row) {
        return Histories.change(served, row, Json.object().put("n", -1));
    }

    /** Also where there are more than are kept. */
    @Test
    void aPageStaysFullWithoutASearchWhenRowsLeaveIt() {
        for (String sort : List.of("[]", "[{\"n\":\"desc\"}]")) {
            Served served = Histories.large(Seed.random());
            Query query = Histories.query("{\"n\":{\"$gt\":0}}", sort);
            HeldSelection held = new HeldSelection(0, LIMIT);
            page(held, served, query, Budget.unlimited());
            if (held.isShort()) {
                refill(held, served, query, Budget.unlimited());
            }
            for (int left = 0; left < 2 * LIMIT; left++) {
                Row first = Histories.anew(served, query).get(0);
                served = removed(served, first);

                assertThat(page(held, served, query, Budget.hot(200)))
                        .isEqualTo(Histories.anew(served, query).subList(0, LIMIT));
            }
        }
    }

    @Test
    void aGenerationThatConcernsNothingIsGoneOnToWithoutLooking() {
        Served served = Histories.large(Seed.random());
        Query query = Histories.query("{\"n\":{\"$lt\":0}}", "[]");
        HeldSelection held = new HeldSelection(0, LIMIT);
        page(held, served, query, Budget.unlimited());
        Served next = Histories.change(
                served,
                served.generation().page(null, 7, 1).get(0),
                Json.object().put("n", 1));

        held.unchanged(served.generation(), next.generation());

        assertThat(selection(held, next, query, Budget.ofSteps(1)))
                .isSameAs(selection(held, next, query, Budget.ofSteps(1)));
        assertThat(page(held, next, query, Budget.ofSteps(10))).isEmpty();
    }

    @Test
    void aRefillGoesOnWhereTheBudgetEnded() {
        Served served = Histories.large(Seed.random());
        Query query = Histories.query("{\"n\":{\"$lt\":100000}}", "[]");
        HeldSelection held = new HeldSelection(0, LIMIT);
        page(held, served, query, Budget.unlimited());
        assertThat(held.isShort()).isTrue();
        int tried = 0;
        while (held.isShort()) {
            assertThat(tried++).isLessThan(100);
            try {
                refill(held, served, query, Budget.ofSteps(300));
            } catch (BudgetSpentException spent) {
                assertThat(held.isShort()).isTrue();
            }
        }

        assertThat(tried).isGreaterThan(2);
    }

    @Test
    void noMoreRowsAreKeptThanMayBe() {
        Served served = Histories.large(Seed.random());
        int rows = served.generation().size();
        Query query = Histories.query("{}", "[{\"n\":\"desc\"}]");
        HeldSelection held = new HeldSelection(0, 5);
        page(held, served, query, Budget.unlimited());

        assertThat(rows).isGreaterThan(500);
        assertThat(selection(held, served, query, Budget.unlimited()).size()).isLessThanOrEqualTo(HeldSelection.MOST);
    }

    /** As of any other query. */
    @Test
    void whatIsNotReadyIsNotSearchedForByWhoMustNotBeHeldUp() {
        Served served = Histories.large(Seed.random());
        Query query = Histories.query("{\"n\":{\"$lt\":0}}", "[]");
        HeldSelection held = new HeldSelection(0, LIMIT);

        assertThatThrownBy(() -> page(held, served, query, Budget.hot(100))).isInstanceOf(BudgetSpentException.class);
    }

    /** As of a view that was forgotten, or of another name. */
    @Test
    void whereGenerationsAreCountedAnewWhatIsFoundIsKept() {
        Query query = Histories.query("{\"n\":{\"$lt\":0}}", "[]");
        HeldSelection held = new HeldSelection(0, LIMIT);
        SelectionLine line = new SelectionLine();
        Served last = Histories.large(Seed.random());
        Served anew = Histories.another("w", last);
        for (Served served : List.of(last, anew)) {
            page(held, served, query, Budget.unlimited());
            line.of(served, row -> true, () -> Selection.of(query, MEMORY), Budget.unlimited())
                    .search(source(served), 1, Budget.unlimited());
        }

        assertThat(anew.generation().head().generation())
                .isLessThan(last.generation().head().generation());
        assertThat(page(held, anew, query, Budget.hot(50))).isEmpty();
        Served next = Histories.change(
                anew, anew.generation().page(null, 7, 1).get(0), Json.object().put("n", 1));
        Selection<?> carried = line.of(next, row -> true, () -> Selection.of(query, MEMORY), Budget.hot(100));
        assertThat(carried.hasMore()).as("it is carried on").isFalse();
    }

    @Test
    void aRefillThatAGenerationOvertookIsGoneOnWith() {
        Served served = Histories.large(Seed.random());
        Query query = Histories.query("{\"n\":{\"$lt\":100000}}", "[]");
        HeldSelection held = new HeldSelection(0, LIMIT);
        page(held, served, query, Budget.unlimited());
        Served next = Histories.change(
                served,
                served.generation().page(null, 0, 1).get(0),
                Json.object().put("n", 999_999));
        page(held, next, query, Budget.unlimited());

        refill(held, served, query, Budget.unlimited());
        assertThat(held.isShort()).isTrue();
        refill(held, next, query, Budget.ofSteps(300));

        assertThat(held.isShort()).isFalse();
    }

    /** They would be kept as long as the query lives, and counted nowhere. */
    @Test
    void aGenerationIsNotKeptForIt() {
        HeldSelection held = new HeldSelection(0, LIMIT);
        WeakReference<Generation> generation = askedOf(held);

        await().until(() -> {
            System.gc();
            return generation.get() == null;
        });
        Served another = Histories.large(Seed.random());
        assertThat(page(held, another, Histories.query("{}", "[]"), Budget.unlimited()))
                .hasSize(LIMIT);
    }

    private static WeakReference<Generation> askedOf(HeldSelection held) {
        Served served = Histories.large(Seed.random());
        page(held, served, Histories.query("{}", "[]"), Budget.unlimited());
        return new WeakReference<>(served.generation());
    }
}
