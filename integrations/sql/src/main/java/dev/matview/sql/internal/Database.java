package dev.matview.sql.internal;

import com.zaxxer.hikari.HikariDataSource;
import dev.matview.core.spi.ViewStoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL, or of several hosts the one that takes writes: a pool of connections, and what is run on them. Every wait has an
 * end: for a connection, for its making, for a statement, for a lock, for an answer. Nothing is asked before it is used.
 * Thread-safe.
 */
public final class Database implements AutoCloseable {

    private static final int CONNECT_SECONDS = 5;
    private static final Duration POOL_WAIT = Duration.ofSeconds(5);

    /** Longer than the server lets a statement take: its error says more. */
    private static final int SOCKET_SECONDS = 75;

    /**
     * Every statement here has one good plan, by an index that is there for it. Held to these, the planner finds it also where
     * statistics are missing or old, and once for a connection.
     */
    private static final String SESSION = "-c statement_timeout=60s -c lock_timeout=10s"
            + " -c idle_in_transaction_session_timeout=60s -c default_transaction_isolation=read\\ committed"
            + " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off"
            + " -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c max_parallel_workers_per_gather=0"
            + " -c client_min_messages=warning";

    private static final int MOST_REPEATS = 3;

    private final DatabaseUrl url;
    private final Schema schema;
    private final PGSimpleDataSource source;
    private final HikariDataSource pool;
    private final Outages outages;

    private volatile boolean made;
    private volatile boolean closed;

    Database(DatabaseUrl url, int connections, InstantSource clock) {
        this.url = url;
        this.schema = new Schema(url.schema());
        this.source = source(url);
        this.outages = new Outages(url.place(), clock);
        // Made this way it begins with the first connection that is asked for.
        pool = new HikariDataSource();
        pool.setPoolName("matview-sql");
        pool.setDataSource(source);
        pool.setMaximumPoolSize(connections);
        pool.setMinimumIdle(1);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionTimeout(POOL_WAIT.toMillis());
        pool.setValidationTimeout(Duration.ofSeconds(CONNECT_SECONDS).toMillis());
        pool.setKeepaliveTime(Duration.ofMinutes(2).toMillis());
        pool.setAutoCommit(true);
    }

    private static PGSimpleDataSource source(DatabaseUrl url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(url.hosts().toArray(new String[0]));
        source.setPortNumbers(url.ports().stream().mapToInt(Integer::intValue).toArray());
        source.setDatabaseName(url.database());
        source.setTargetServerType("primary");
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(2 * CONNECT_SECONDS);
        source.setSocketTimeout(SOCKET_SECONDS);
        source.setCancelSignalTimeout(CONNECT_SECONDS);
        source.setTcpKeepAlive(true);
        source.setApplicationName("matview");
        source.setOptions(SESSION);
        // What the server says of rows is not for logs.
        source.setLogServerErrorDetail(false);
        source.setPrepareThreshold(1);
        // Which host was the primary is to be looked at anew soon after it was not.
        source.setHostRecheckSeconds(1);
        for (var option : url.options().entrySet()) {
            source.setProperty(Objects.requireNonNull(PGProperty.forName(option.getKey())), option.getValue());
        }
        if (url.user() != null) {
            source.setUser(url.user());
        }
        String password = password(url);
        if (password != null) {
            source.setPassword(password);
        }
        return source;
    }

    private static @Nullable String password(DatabaseUrl url) {
        Path file = url.passwordFile();
        if (file == null) {
            return url.password();
        }
        try {
            return Files.readString(file, StandardCharsets.UTF_8).replaceFirst("[\r\n]+$", "");
        } catch (IOException e) {
            throw new IllegalArgumentException("the password of the PostgreSQL cannot be read from " + file, e);
        }
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    Schema schema() {
        return schema;
    }

    /** Where it is, for messages. */
    String place() {
        return url.place();
    }

    String sql(String statement) {
        return schema.sql(statement);
    }

    /**
     * Reads, each statement for itself; once more where the connection broke.
     *
     * @param what is being done, for messages; such as {@code cannot read view _global_posts}
     * @throws ViewStoreException when it cannot be done
     */
    <T> T read(String what, Work<T> work) {
        return run(what, 2, this::isBroken, work);
    }

    /** Does it in one transaction: all of it or nothing. Repeated where that is safe. */
    <T> T write(String what, Work<T> work) {
        T done = transaction(what, work);
        outages.written();
        return done;
    }

    /** Reads several things of one moment. */
    <T> T snapshot(String what, Work<T> work) {
        return transaction(what, connection -> {
            try (Statement begin = connection.createStatement()) {
                begin.execute("set transaction isolation level repeatable read, read only");
            }
            return work.run(connection);
        });
    }

    /** Where it fails, the pool rolls back. */
    private <T> T transaction(String what, Work<T> work) {
        return run(what, MOST_REPEATS, Outages::isToBeRepeated, connection -> {
            connection.setAutoCommit(false);
            T result = work.run(connection);
            connection.commit();
            return result;
        });
    }

    private boolean isBroken(SQLException e) {
        return !closed && Outages.isBroken(e);
    }

    private interface Repeatable {
        boolean is(SQLException e);
    }

    private <T> T run(String what, int attempts, Repeatable repeatable, Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            requireOpen();
            try (Connection connection = pool.getConnection()) {
                try {
                    make(connection);
                    T result = work.run(connection);
                    outages.answered();
                    return result;
                } catch (SQLException e) {
                    if (Outages.isReadOnly(e)) {
                        // It was the primary once.
                        pool.evictConnection(connection);
                    }
                    throw e;
                }
            } catch (SQLException e) {
                if (attempt == attempts || !repeatable.is(e)) {
                    throw closed ? closed() : outages.failed(what, e);
                }
            }
        }
    }

    private void make(Connection connection) throws SQLException {
        if (made) {
            return;
        }
        connection.setAutoCommit(false);
        schema.make(connection);
        connection.commit();
        connection.setAutoCommit(true);
        made = true;
    }

    /** Whether it did not answer when it was asked last. */
    boolean isAway() {
        return outages.isAway();
    }

    /** A connection for whoever listens for long; not of the pool. */
    Connection listening() throws SQLException {
        requireOpen();
        return source.getConnection();
    }

    void requireOpen() {
        if (closed) {
            throw closed();
        }
    }

    private static ViewStoreException closed() {
        return new ViewStoreException("the view store is closed");
    }

    @Override
    public void close() {
        closed = true;
        pool.close();
    }
}
