package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows in every way there is, and compares with a list. */
public final class ReadRows {

    private ReadRows() {}

    /**
     * @param expected in their order
     * @param others rows that are not among them
     */
    public static void assertRead(OrderedRows rows, List<Row> expected, List<Row> others) {
        assertThat(rows.size()).isEqualTo(expected.size());
        assertThat(rows).containsExactlyElementsOf(expected);
        assertThat(rows.last()).isEqualTo(expected.isEmpty() ? null : expected.get(expected.size() - 1));
        assertPages(rows, expected, null, 0);
        for (Row row : expected) {
            int place = expected.indexOf(row);
            assertThat(rows.place(row)).as("place of %s", row).isEqualTo(place);
            assertThat(rows.contains(row)).isTrue();
            assertPages(rows, expected, row, place + 1);
        }
        for (Row row : others) {
            int place = (int)
                    expected.stream().filter(one -> one.compareTo(row) < 0).count();
            assertThat(rows.place(row)).as("place of %s", row).isEqualTo(place);
            assertThat(rows.contains(row)).isFalse();
            assertPages(rows, expected, row, place);
        }
        for (int most = 0; most <= expected.size() + 1; most++) {
            OrderedRows first = rows.first(most);
            List<Row> expectedFirst = expected.subList(0, Math.min(most, expected.size()));
            assertThat(first).containsExactlyElementsOf(expectedFirst);
            assertThat(first.size()).isEqualTo(expectedFirst.size());
            for (Row row : expected) {
                int place = expected.indexOf(row);
                assertThat(first.place(row)).isEqualTo(Math.min(place, expectedFirst.size()));
                assertThat(first.contains(row)).isEqualTo(place < expectedFirst.size());
                assertPages(first, expectedFirst, row, place + 1);
            }
            assertPages(first, expectedFirst, null, 0);
        }
    }

    private static void assertPages(OrderedRows rows, List<Row> expected, @Nullable Row after, int place) {
        List<Integer> numbers = new ArrayList<>(List.of(0, 1, 2, 3, expected.size(), expected.size() + 1));
        numbers.add(Integer.MAX_VALUE);
        for (int skip : numbers) {
            for (int limit : numbers) {
                long begin = Math.min(expected.size(), (long) place + skip);
                long end = Math.min(expected.size(), begin + limit);
                assertThat(rows.page(after, skip, limit))
                        .as("%d after %s and %d more", limit, after, skip)
                        .isEqualTo(expected.subList((int) begin, (int) end));
            }
        }
    }
}
