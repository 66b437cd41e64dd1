package dev.matview.sql.internal;

import dev.matview.core.spi.ViewStoreException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SQL views for people: one for each view whose rows everybody may read, with the rows of its current generation. Rows that
 * have an ACL are in none. Thread-safe.
 */
final class FeedViews {

    private static final Logger log = LoggerFactory.getLogger(FeedViews.class);

    private static final int MAX_PLAIN = 50;
    private static final int MAX_ESCAPED = 40;
    private static final int HASH_BYTES = 4;

    /** What is there already. */
    private static final Set<String> TAKEN = Set.of(
            "store",
            "secret",
            "views",
            "generations",
            "builds",
            "stages",
            "slices",
            "rows",
            "entries",
            "row_numbers",
            "current_rows",
            "feeds");

    private final Database database;

    FeedViews(Database database) {
        this.database = database;
    }

    /** The name as text that PostgreSQL can hold. */
    static String title(String view) {
        StringBuilder title = new StringBuilder();
        view.codePoints()
                .map(unit -> unit == 0 || (unit >= Character.MIN_SURROGATE && unit <= Character.MAX_SURROGATE)
                        ? '\ufffd'
                        : unit)
                .forEach(title::appendCodePoint);
        return title.toString();
    }

    /**
     * The name of the SQL view. A name of lower-case letters, digits and {@code _} is itself, up to 50 characters, unless it begins
     * with a digit or is taken. Of any other each other character becomes {@code _}, it is cut after 40, and a {@code $} and eight
     * hexadecimal digits of its SHA-256 follow.
     */
    static String name(String view) {
        if (view.matches("[a-z_][a-z0-9_]{0," + (MAX_PLAIN - 1) + "}") && !TAKEN.contains(view)) {
            return view;
        }
        String escaped = view.replaceAll("[^a-z0-9_]", "_");
        return escaped.substring(0, Math.min(MAX_ESCAPED, escaped.length())) + '$' + hash(view);
    }

    private static String hash(String view) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(view.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** Makes the SQL view, or takes it away, as the rows are; what goes wrong is logged, for the view itself is committed. */
    void follow(String view) {
        try {
            String what = "cannot make the SQL view of view " + view;
            boolean differs = database.read(
                    what,
                    connection -> find(connection, view, "").map(State::differs).orElse(false));
            if (differs) {
                database.write(what, connection -> follow(connection, view));
            }
        } catch (ViewStoreException e) {
            log.warn("{}; it is tried again with the next commit", e.getMessage());
        }
    }

    /**
     * @param open whether rows of the current generation have no ACL; null when there is no row
     */
    private record State(
            int view, @Nullable Boolean open, @Nullable String sqlView) {

        /** Whether an SQL view is missing, or there is one that shows nothing. */
        boolean differs() {
            return open != null && open == (sqlView == null);
        }
    }

    private Optional<State> find(Connection connection, String view, String locked) throws SQLException {
        // All rows of a feed have an ACL, or none has.
        String sql = "select v.view, (select r.acl is null from @.rows r where r.build = v.build and r.died is null"
                + " order by r.sort_key limit 1), v.sql_view from @.views v where v.name = ?" + locked;
        return Arguments.of((Object) CodeUnits.encode(view))
                .query(connection, database.sql(sql), row -> {
                    boolean open = row.getBoolean(2);
                    return new State(row.getInt(1), row.wasNull() ? null : open, row.getString(3));
                })
                .stream()
                .findFirst();
    }

    private boolean follow(Connection connection, String view) throws SQLException {
        State state = find(connection, view, " for update of v").orElse(null);
        if (state == null || !state.differs()) {
            return false;
        }
        String there = state.sqlView();
        if (there == null) {
            create(connection, state.view(), name(view));
        } else {
            drop(connection, state.view(), there);
        }
        return true;
    }

    /** For a view that is dropped. */
    void drop(String view) {
        try {
            database.write("cannot drop the SQL view of view " + view, connection -> {
                Arguments.of((Object) CodeUnits.encode(view))
                        .query(
                                connection,
                                database.sql("select view, sql_view from @.views where name = ? and generation = 0"
                                        + " and sql_view is not null for update"),
                                row -> new State(row.getInt(1), null, row.getString(2)))
                        .forEach(state -> dropUnchecked(connection, state));
                return true;
            });
        } catch (ViewStoreException e) {
            log.warn("{}; it stays, and shows nothing", e.getMessage());
        }
    }

    private void dropUnchecked(Connection connection, State state) {
        try {
            drop(connection, state.view(), String.valueOf(state.sqlView()));
        } catch (SQLException e) {
            throw new ViewStoreException(Outages.words(e), e);
        }
    }

    private void create(Connection connection, int view, String name) throws SQLException {
        execute(
                connection,
                "create or replace view @.\"" + name
                        + "\" as select r.sort_key as key, @.as_text(r.database) as database,"
                        + " @.as_text(r.id) as id, @.as_json(r.document) as document from @.rows r"
                        + " where r.build = (select v.build from @.views v where v.view = " + view + ")"
                        + " and r.died is null and r.acl is null");
        Arguments.of(name, view).update(connection, database.sql("update @.views set sql_view = ? where view = ?"));
    }

    private void drop(Connection connection, int view, String name) throws SQLException {
        execute(connection, "drop view if exists @.\"" + name + '"');
        Arguments.of(view).update(connection, database.sql("update @.views set sql_view = null where view = ?"));
    }

    /** Names have been escaped: a definition takes no parameters. */
    private void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(database.sql(sql));
        }
    }
}
