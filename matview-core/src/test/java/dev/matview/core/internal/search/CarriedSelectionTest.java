package dev.matview.core.internal.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Row;
import dev.matview.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Selections that go on from generation to generation, against what a search of each one anew finds. */
class CarriedSelectionTest {

    private static final long MEMORY = 64 << 20;

    private static Selection<?> selection(SelectionLine line, Served served, Query query, Budget budget) {
        return line.of(served, row -> true, () -> Selection.of(query, MEMORY), budget);
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
        Query query = Histories.anyQuery(random).build();
        SelectionLine line = new SelectionLine();
        List<Served> history = new ArrayList<>(List.of(Histories.first(Histories.anyFeed(random))));
        for (int i = 0; i < 25; i++) {
            history.add(Histories.next(history.get(history.size() - 1), random));
            Served asked = random.nextInt(4) == 0
                    ? history.get(random.nextInt(history.size()))
                    : history.get(history.size() - 1);
            List<Row> rows = Histories.anew(asked, query);
            int place = rows.isEmpty() || random.nextBoolean() ? -1 : random.nextInt(Math.min(rows.size(), 300));
            int skip = random.nextInt(3) == 0 ? random.nextInt(400) : 0;
            int begin = Math.min(rows.size(), place + 1 + skip);
            Row after = place < 0 ? null : rows.get(place);

            assertThat(page(line, asked, query, after, skip, Budget.unlimited()))
                    .as("generation %s, %s %s", asked.generation().tag(), query.selector(), query.sort())
                    .isEqualTo(rows.subList(begin, Math.min(rows.size(), begin + 20)));
        }
    }

    @Test
    void afterOneRowChangedNotAllAreLookedAt() {
        for (String sort : List.of("[]", "[\"k\"]")) {
            Served last = Histories.large(Seed.random());
            Query query = Histories.query("{\"n\":{\"$lt\":0}}", sort);
            SelectionLine line = new SelectionLine();
            page(line, last, query, null, 0, Budget.unlimited());
            Row row = last.generation().page(null, 30, 1).get(0);
            Served next = Histories.change(last, row, Json.object().put("n", -1).put("k", 1));

            assertThat(page(line, next, query, null, 0, Budget.ofSteps(300))).hasSize(1);
            assertThat(page(line, last, query, null, 0, Budget.ofSteps(300))).isEmpty();
        }
    }

    @Test
    void whatChangedBehindWhatWasLookedAtIsLookedAtInItsTime() {
        Served last = Histories.large(Seed.random());
        Query query = Histories.query("{\"n\":{\"$gte\":0}}", "[]");
        SelectionLine line = new SelectionLine();
        page(line, last, query, null, 0, Budget.unlimited());
        Row far = last.generation().page(null, 600, 1).get(0);
        Served next = Histories.change(last, far, Json.object().put("n", -1));

        assertThat(page(line, next, query, null, 0, Budget.ofSteps(200))).hasSize(20);
        assertThat(page(line, next, query, null, 595, Budget.unlimited()))
                .isEqualTo(Histories.anew(next, query).subList(595, 615));
    }

    /** As in a search: pages before it are there, pages that lead past it fail. */
    @Test
    void aRowThatNobodyCanPayForFailsOnlyThosePagesThatLeadPastIt() {
        Served last = Histories.large(Seed.random());
        Query query = Histories.query("{\"$or\":[{\"n\":{\"$gte\":0}},{\"a\":{\"$elemMatch\":{\"$lt\":0}}}]}", "[]");
        SelectionLine line = new SelectionLine();
        page(line, last, query, null, 600, Budget.unlimited());
        ObjectNode costly = Json.object();
        var elements = costly.putArray("a");
        for (int i = 0; i < 100_000; i++) {
            elements.add(i);
        }
        Served next =
                Histories.change(last, last.generation().page(null, 500, 1).get(0), costly);

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
        Served last = Histories.large(Seed.random());
        Query query = Histories.query("{}", "[\"n\"]");
        SelectionLine line = new SelectionLine();
        page(line, last, query, null, 0, Budget.unlimited());
        long one = line.bytes();
        Served next = Histories.change(
                last, last.generation().page(null, 30, 1).get(0), Json.object().put("n", 1));
        page(line, next, query, null, 0, Budget.unlimited());

        assertThat(one).isGreaterThan(60L * last.generation().size());
        assertThat(line.bytes()).isBetween(one, one + one / 10);
    }
}
