package dev.matview.sql.internal;

import dev.matview.core.spi.Row;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/** Rows as statements select them. One for each answer: it is not thread-safe. */
final class StoredRow implements Answer<Row> {

    /** Of a table called {@code r}; the first six columns of what is selected. */
    static final String COLUMNS = "r.database, r.id, r.sort_key, r.document, r.acl, r.expansions";

    private byte[] encoded = {};
    private String database = "";

    @Override
    public Row read(ResultSet row) throws SQLException {
        byte[] of = row.getBytes(1);
        // Rows of one database often come together, and share its name then.
        if (!Arrays.equals(of, encoded)) {
            encoded = of;
            database = CodeUnits.decode(of);
        }
        return new Row(
                database,
                CodeUnits.decode(row.getBytes(2)),
                row.getBytes(3),
                row.getBytes(4),
                Texts.acl(row.getString(5)),
                Texts.expansions(row.getBytes(6)));
    }
}
