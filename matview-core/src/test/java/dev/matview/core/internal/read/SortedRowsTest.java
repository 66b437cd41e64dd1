package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever ends a sort, however often: the rows come out in order, each once. */
class SortedRowsTest {

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void rowsComeOutInOrderWhateverEndsTheSort(
            @ForAll long seed, @ForAll @IntRange(max = 12_000) int count, @ForAll @IntRange(min = 1) int steps) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new Row("db", Integer.toString(i), new byte[] {(byte) random.nextInt(40)}, new byte[0], null));
        }
        // Less would not suffice for one run.
        long granted = 15_000 + steps % 50_000;
        SortedRows sorted = new SortedRows();
        Budget[] budget = {Budget.ofSteps(granted)};

        rows.forEach(row -> paid(budget, granted, () -> {
            sorted.add(row.sortKey(), row, budget[0]);
            return row;
        }));
        paid(budget, granted, () -> {
            sorted.end(budget[0]);
            return null;
        });
        List<Row> taken = new ArrayList<>();
        while (!sorted.isEmpty()) {
            taken.add(paid(budget, granted, () -> sorted.take(budget[0])));
        }

        rows.sort(Comparator.naturalOrder());
        assertThat(taken).isEqualTo(rows);
        assertThat(sorted.bytes()).isZero();
    }

    private interface Work {
        Row run();
    }

    /** Tries again with another budget when one ends. */
    private static Row paid(Budget[] budget, long granted, Work work) {
        while (true) {
            try {
                return work.run();
            } catch (BudgetSpentException spent) {
                budget[0] = Budget.ofSteps(granted);
            }
        }
    }
}
