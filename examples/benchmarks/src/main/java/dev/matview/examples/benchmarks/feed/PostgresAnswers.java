package dev.matview.examples.benchmarks.feed;

import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.inprocess.Posts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** PostgreSQL with the posts as jsonb in one table, an index of expressions for each question, and prepared statements. */
final class PostgresAnswers implements Answering {

    private static final List<String> INDEXES = List.of(
            "create index on posts (((doc->>'at')::bigint) desc)",
            "create index on posts ((doc->'author'->>'did'), ((doc->>'at')::bigint) desc)",
            "create index on posts ((doc->>'tag'), ((doc->>'likes')::bigint) desc)");

    private static final String SELECT = "select doc::text from posts ";
    private static final Map<Question, String> QUERIES = Map.of(
            Question.NEWEST, SELECT + "order by (doc->>'at')::bigint desc limit 100",
            Question.PAGE_50, SELECT + "order by (doc->>'at')::bigint desc limit 100 offset " + Question.BEFORE,
            Question.AUTHOR, SELECT + "where doc->'author'->>'did' = ? order by (doc->>'at')::bigint desc limit 100",
            Question.TAG, SELECT + "where doc->>'tag' = ? order by (doc->>'likes')::bigint desc limit 100");

    private final int authors;
    private final EmbeddedPostgres server;
    private final Connection connection;
    private final Map<Question, PreparedStatement> statements = new EnumMap<>(Question.class);

    PostgresAnswers(Run run, int posts, int authors) throws IOException, SQLException {
        this.authors = authors;
        server = EmbeddedPostgres.builder()
                .setServerConfig("shared_buffers", run.isSmall() ? "16MB" : "1GB")
                .setServerConfig("effective_cache_size", "2GB")
                .setServerConfig("maintenance_work_mem", "512MB")
                .setServerConfig("random_page_cost", "1.1")
                .start();
        connection = server.getPostgresDatabase().getConnection();
        run.version("PostgreSQL", connection.getMetaData().getDatabaseProductVersion());
        load(posts);
        run.say("PostgreSQL has %,d posts, and indexes", posts);
        for (Map.Entry<Question, String> query : QUERIES.entrySet()) {
            statements.put(query.getKey(), connection.prepareStatement(query.getValue()));
        }
    }

    private void load(int posts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table posts (doc jsonb not null)");
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy posts from stdin");
            for (int number = 0; number < posts; number++) {
                byte[] line = (Posts.json(number, authors) + "\n").getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(line, 0, line.length);
            }
            copy.endCopy();
            for (String index : INDEXES) {
                statement.execute(index);
            }
            statement.execute("vacuum analyze posts");
        }
    }

    @Override
    public String ask(Question question, int turn) throws SQLException {
        PreparedStatement statement = Objects.requireNonNull(statements.get(question));
        if (question == Question.AUTHOR || question == Question.TAG) {
            statement.setString(1, Question.about(question, turn, authors));
        }
        StringJoiner posts = new StringJoiner(",");
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                posts.add(rows.getString(1));
            }
        }
        return posts.toString();
    }

    @Override
    public void close() throws IOException, SQLException {
        try (server) {
            connection.close();
        }
    }
}
