package dev.matview.sql.internal;

import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.PagedSlices.SliceState;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one build what was so at one generation. Each answer is followed, in the same round trip, by a check that nothing of
 * the generation can have been taken away when it was read: what the check looks at goes first, in a transaction of its own.
 * Thread-safe.
 *
 * <p>Rows that no commit has ended are found in the order of the feed by an index that has only those. Those that were ended
 * since are few, and are found by when that was: so neither the versions that are kept of a row nor a commit that comes in
 * between make a page dear or wrong.
 */
final class BuildReader {

    static final String ALIVE = "r.died is null and r.born <= ?";
    static final String ENDED_SINCE = "r.died > ? and r.born <= ?";
    private static final String THEN = "r.born <= ? and (r.died is null or r.died > ?)";

    private static final String AFTER = " and (r.sort_key, r.database, r.id) > (?, ?, ?)";
    private static final String IN_ORDER = " order by sort_key, database, id limit ?";

    private final Database database;
    private final String view;
    private final long build;
    private final long generation;

    BuildReader(Database database, String view, long build, long generation) {
        this.database = database;
        this.view = view;
        this.build = build;
        this.generation = generation;
    }

    /** What gives a row as long as the answers before it are whole. */
    record Check(String sql, Arguments arguments) {}

    long build() {
        return build;
    }

    PastGenerationException past() {
        return new PastGenerationException(view, generation);
    }

    /**
     * @param sql one statement
     * @throws PastGenerationException when the check gives nothing
     */
    <T> List<T> ask(String sql, Arguments arguments, Answer<T> answer, Check check) {
        String both = database.sql(sql + ";\n" + check.sql());
        return database.read("cannot read view " + view, connection -> {
            try (PreparedStatement statement =
                    new Arguments().and(arguments).and(check.arguments()).prepare(connection, both)) {
                List<T> answers;
                statement.execute();
                try (ResultSet rows = statement.getResultSet()) {
                    answers = answer.all(rows);
                }
                if (!statement.getMoreResults()) {
                    throw new SQLException("an answer is missing");
                }
                try (ResultSet checked = statement.getResultSet()) {
                    if (!checked.next()) {
                        throw past();
                    }
                }
                return answers;
            }
        });
    }

    List<Row> page(@Nullable Row after, int skip, int limit, Check check) {
        return ask(pageSql(after != null), pageArguments(after, skip, limit), new StoredRow(), check);
    }

    static String pageSql(boolean follows) {
        String part = "(select " + StoredRow.COLUMNS + " from @.rows r where r.build = ? and ";
        String from = (follows ? AFTER : "") + IN_ORDER + ")";
        return "select " + StoredRow.COLUMNS + " from (" + part + ALIVE + from + " union all " + part + ENDED_SINCE
                + from + ") r" + IN_ORDER + " offset ?";
    }

    Arguments pageArguments(@Nullable Row after, int skip, int limit) {
        Arguments from = new Arguments();
        if (after != null) {
            from.and(after.sortKey(), CodeUnits.encode(after.database()), CodeUnits.encode(after.id()));
        }
        int most = (int) Math.min(Integer.MAX_VALUE, (long) skip + limit);
        return Arguments.of(build, generation)
                .and(from)
                .and(most, build, generation, generation)
                .and(from)
                .and(most, limit, skip);
    }

    List<Row> slice(String of, Check check) {
        String sql = "select " + StoredRow.COLUMNS
                + " from @.slices s join @.rows r on r.slice = s.slice where s.build = ? and s.database = ? and "
                + THEN;
        return ask(sql, Arguments.of(build, CodeUnits.encode(of), generation, generation), new StoredRow(), check);
    }

    List<Row> find(Collection<RowId> rows, Check check) {
        if (rows.isEmpty()) {
            return List.of();
        }
        RowKeys keys = new RowKeys(rows.size());
        rows.forEach(row -> keys.add(row.database(), row.id()));
        String sql = "select " + StoredRow.COLUMNS
                + " from unnest(?::bytea[], ?::int8[], ?::bytea[]) as q (database, hash, id)"
                // One after the other, however many the planner takes them for.
                + " cross join lateral (select slice from @.slices s where s.build = ? and s.database = q.database limit 1) s"
                + " cross join lateral (select * from @.rows r where r.slice = s.slice and r.hash = q.hash and r.id = q.id and "
                + THEN + " limit 1) r";
        Arguments arguments = Arguments.of(keys.databases(), keys.hashes(), keys.ids(), build, generation, generation);
        return ask(sql, arguments, new StoredRow(), check);
    }

    /** @param check that the build's slices are still those of the generation */
    List<SliceState> slices(long since, @Nullable String after, int limit, Check check) {
        String sql = "select database, reflects, left_out, rows from @.slices where build = ?"
                + (since == 0 ? " and reflects is not null" : " and changed > ?")
                + (after == null ? "" : " and database > ?")
                + " order by database limit ?";
        Arguments arguments = Arguments.of(build);
        if (since > 0) {
            arguments.and(since);
        }
        if (after != null) {
            arguments.and((Object) CodeUnits.encode(after));
        }
        return ask(sql, arguments.and(limit), BuildReader::sliceState, check);
    }

    private static SliceState sliceState(ResultSet row) throws SQLException {
        String reflects = row.getString(2);
        return new SliceState(
                CodeUnits.decode(row.getBytes(1)),
                reflects == null ? null : Texts.position(reflects),
                Texts.leftOut(row.getString(3)),
                row.getInt(4));
    }
}
