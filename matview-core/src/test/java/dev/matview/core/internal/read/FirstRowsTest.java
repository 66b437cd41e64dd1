package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How much is held of many rows. */
class FirstRowsTest {

    private static final int ROWS = 10_000;

    private static Row row(int place, int bytes) {
        byte[] key = ByteBuffer.allocate(4).putInt(place).array();
        return new Row("db", Integer.toString(place), key, new byte[bytes], null);
    }

    private static FirstRows first(int most, int mostBytes) {
        FirstRows first = new FirstRows(most, mostBytes);
        Random random = new Random(3);
        for (int n = 0; n < ROWS; n++) {
            Row row = row(random.nextInt(ROWS), 1_000);
            if (first.wants(row.sortKey(), Budget.unlimited())) {
                first.keep(row);
            }
        }
        return first;
    }

    @Test
    void asManyAsAreWanted() {
        assertThat(first(50, 1_000_000).inOrder()).hasSize(50).isSorted();
    }

    @Test
    void andNoMoreBytesThanFillAnAnswer() {
        assertThat(first(ROWS, 20_000).inOrder()).hasSize(20).isSorted();
        assertThat(first(ROWS, 1).inOrder())
                .as("the second says that there are more")
                .hasSize(2);
    }

    @Test
    void whatIsBehindThemIsNotWanted() {
        FirstRows first = first(10, 1_000_000);
        Row last = first.inOrder().get(9);

        assertThat(first.wants(row(ROWS, 1).sortKey(), Budget.unlimited())).isFalse();
        assertThat(first.wants(last.sortKey(), Budget.unlimited())).isFalse();
    }
}
