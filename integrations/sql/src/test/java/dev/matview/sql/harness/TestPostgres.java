package dev.matview.sql.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The PostgreSQL that tests share: the one that {@code MATVIEW_SQL_URL} names, such as {@code
 * postgresql://user:password@host/database}, else one that is started for this JVM. Each test has a schema of its own in it.
 */
public final class TestPostgres {

    private static final String GIVEN = System.getenv().getOrDefault("MATVIEW_SQL_URL", "");
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static PostgresServer started;

    private TestPostgres() {}

    /** Why there is none; empty where there is one. */
    static Optional<String> missing(boolean ownServer) {
        return (ownServer || GIVEN.isEmpty()) && PostgresBinaries.archive().isEmpty()
                ? Optional.of((ownServer ? "" : "no MATVIEW_SQL_URL, and ") + "no binaries for this machine")
                : Optional.empty();
    }

    private static synchronized PostgresServer server() {
        try {
            if (started == null) {
                started = PostgresServer.start();
                Runtime.getRuntime().addShutdownHook(new Thread(started::kill));
                System.out.println("matview: PostgreSQL tests run on one of their own, at port " + started.port());
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of a schema that nobody has. */
    public static String newSchema() {
        return "test_" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet();
    }

    public static URI url(String schema) {
        return GIVEN.isEmpty()
                ? server().url(schema)
                : URI.create(GIVEN + (GIVEN.contains("?") ? "&" : "?") + "schema=" + schema);
    }

    public static Connection connect() throws SQLException {
        return GIVEN.isEmpty() ? server().connect() : DriverManager.getConnection(jdbc(URI.create(GIVEN)));
    }

    private static String jdbc(URI url) {
        String who = url.getUserInfo();
        String[] parts = who == null ? new String[] {""} : who.split(":", 2);
        return "jdbc:postgresql://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + url.getPath()
                + "?user=" + parts[0] + (parts.length == 2 ? "&password=" + parts[1] : "");
    }

    public static void drop(String schema) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("set client_min_messages = warning");
            statement.execute("drop schema if exists \"" + schema + "\" cascade");
        }
    }
}
