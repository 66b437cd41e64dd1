package dev.matview.sql.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The values of a statement's parameters, in their order. Not thread-safe. */
final class Arguments {

    private final List<@Nullable Object> values = new ArrayList<>();

    static Arguments of(@Nullable Object... values) {
        return new Arguments().and(values);
    }

    Arguments and(@Nullable Object... more) {
        for (Object value : more) {
            values.add(value);
        }
        return this;
    }

    Arguments and(Arguments more) {
        values.addAll(more.values);
        return this;
    }

    /** A statement with these set; whoever asked for it closes it. */
    PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        int at = 0;
        for (Object value : values) {
            set(connection, statement, ++at, value);
        }
        return statement;
    }

    private static void set(Connection connection, PreparedStatement statement, int at, @Nullable Object value)
            throws SQLException {
        if (value == null) {
            statement.setNull(at, Types.OTHER);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(at, bytes);
        } else if (value instanceof byte[][] array) {
            statement.setArray(at, connection.createArrayOf("bytea", array));
        } else if (value instanceof Long[] array) {
            statement.setArray(at, connection.createArrayOf("int8", array));
        } else if (value instanceof Integer[] array) {
            statement.setArray(at, connection.createArrayOf("int4", array));
        } else if (value instanceof String[] array) {
            statement.setArray(at, connection.createArrayOf("text", array));
        } else if (value instanceof Long number) {
            statement.setLong(at, number);
        } else if (value instanceof Integer number) {
            statement.setInt(at, number);
        } else if (value instanceof String text) {
            statement.setString(at, text);
        } else if (value instanceof UUID id) {
            statement.setObject(at, id);
        } else {
            throw new IllegalArgumentException("no parameter is a " + value.getClass());
        }
    }

    /** Runs a statement, or several, that give nothing back; says how many rows the first concerned. */
    int update(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }

    /** Runs a statement that gives rows. */
    <T> List<T> query(Connection connection, String sql, Answer<T> answer) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql);
                var results = statement.executeQuery()) {
            return answer.all(results);
        }
    }
}
