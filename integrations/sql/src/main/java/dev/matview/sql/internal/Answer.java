package dev.matview.sql.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a row of an answer says. */
@FunctionalInterface
interface Answer<T> {

    T read(ResultSet row) throws SQLException;

    default List<T> all(ResultSet rows) throws SQLException {
        List<T> all = new ArrayList<>();
        while (rows.next()) {
            all.add(read(rows));
        }
        return all;
    }
}
