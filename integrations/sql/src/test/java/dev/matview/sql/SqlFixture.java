package dev.matview.sql;

import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Stores on a schema of the test's own, and what is in it. */
@NeedsPostgres
abstract class SqlFixture {

    final String schema = TestPostgres.newSchema();
    private final List<SqlViewStore> opened = new ArrayList<>();

    SqlViewStore open() {
        return open(SqlViewStore.builder(TestPostgres.url(schema)).connections(3));
    }

    SqlViewStore open(Duration grace) {
        return open(
                SqlViewStore.builder(TestPostgres.url(schema)).connections(3).cleanupGrace(grace));
    }

    SqlViewStore open(SqlViewStore.Builder builder) {
        SqlViewStore store = builder.build();
        opened.add(store);
        return store;
    }

    /** The first column of what a statement gives, as text. */
    List<String> ask(String sql) throws SQLException {
        try (Connection connection = TestPostgres.connect();
                Statement statement = connection.createStatement()) {
            return ask(statement, sql.replace("@.", '"' + schema + "\"."));
        }
    }

    static List<String> ask(Statement statement, String sql) throws SQLException {
        List<String> answers = new ArrayList<>();
        if (statement.execute(sql)) {
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    answers.add(rows.getString(1));
                }
            }
        }
        return answers;
    }

    @AfterEach
    void drop() throws SQLException {
        opened.forEach(SqlViewStore::close);
        TestPostgres.drop(schema);
    }
}
