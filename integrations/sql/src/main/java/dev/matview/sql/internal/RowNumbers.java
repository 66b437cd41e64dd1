package dev.matview.sql.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Numbers for new rows, a thousand at a time. They are asked for in the transaction that uses them: a number that was given by a
 * database which then failed may be given again by the one that took its place.
 */
final class RowNumbers {

    /** As the sequence counts. */
    private static final int BLOCK = 1_000;

    private final Connection connection;
    private final Database database;

    private List<Long> blocks = List.of();
    private int used;

    RowNumbers(Connection connection, Database database) {
        this.connection = connection;
        this.database = database;
    }

    void reserve(int count) throws SQLException {
        int wanted = (count + BLOCK - 1) / BLOCK;
        blocks = Arguments.of(wanted)
                .query(
                        connection,
                        database.sql("select nextval('@.row_numbers') from generate_series(1, ?)"),
                        row -> row.getLong(1));
        used = 0;
    }

    long next() {
        long number = blocks.get(used / BLOCK) + used % BLOCK;
        used++;
        return number;
    }
}
