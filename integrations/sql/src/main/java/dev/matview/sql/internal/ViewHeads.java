package dev.matview.sql.internal;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The heads of the views, as transactions lock and move them: one that has locked a view's is alone with it. */
final class ViewHeads {

    private final Database database;
    private final KnownStamps known;

    ViewHeads(Database database, KnownStamps known) {
        this.database = database;
        this.known = known;
    }

    /**
     * A view as it is while it is locked.
     *
     * @param generation 0 for none
     * @param stamp null where there is no generation; so is {@code build} 0
     */
    record Locked(int view, long generation, @Nullable UUID stamp, long build, int format, boolean hasSqlView) {}

    /** Locks the view, which is made when it is not there. */
    Locked lock(Connection connection, String view) throws SQLException {
        String sql = database.sql(
                "select view, generation, stamp, build, format, sql_view from @.views where name = ? for update");
        byte[] name = CodeUnits.encode(view);
        while (true) {
            List<Locked> found = Arguments.of((Object) name)
                    .query(
                            connection,
                            sql,
                            row -> new Locked(
                                    row.getInt(1),
                                    row.getLong(2),
                                    row.getObject(3, UUID.class),
                                    row.getLong(4),
                                    row.getInt(5),
                                    row.getString(6) != null));
            if (!found.isEmpty()) {
                return found.get(0);
            }
            Arguments.of(name, FeedViews.title(view))
                    .update(
                            connection,
                            database.sql(
                                    "insert into @.views (name, title) values (?, ?) on conflict (name) do nothing"));
        }
    }

    /**
     * Whether a delta from that generation starts where the view is: by its number, and where this process was told of one with
     * that number, by its being the same one.
     */
    boolean isBase(String view, long base, Locked locked) {
        return base == locked.generation() && known.isOf(view, base, locked.stamp());
    }

    /** @throws ViewFormatException when the view is of a later format than that */
    static void requireKnown(String view, Locked locked, int format) {
        if (locked.generation() > 0 && locked.format() > format) {
            throw new ViewFormatException(view, locked.format(), format);
        }
    }

    long newBuild(Connection connection, Locked locked) throws SQLException {
        return Arguments.of(locked.view())
                .query(
                        connection,
                        database.sql("insert into @.builds (view) values (?) returning build"),
                        row -> row.getLong(1))
                .get(0);
    }

    /** How many rows the locked generation has. */
    long rows(Connection connection, Locked locked) throws SQLException {
        return Arguments.of(locked.view(), locked.generation())
                .query(
                        connection,
                        database.sql("select rows from @.generations where view = ? and number = ?"),
                        row -> row.getLong(1))
                .get(0);
    }

    /** Makes the delta's head the current generation, of that build; gives its stamp. */
    UUID move(Connection connection, Locked locked, ViewDelta delta, long build, long rows) throws SQLException {
        ViewHead head = delta.head();
        UUID stamp = UUID.randomUUID();
        String sql = "update @.views set generation = ?, stamp = ?, build = ?, format = ? where view = ?;"
                + "update @.generations set replaced_at = clock_timestamp() where view = ? and replaced_at is null;"
                + "insert into @.generations (view, number, stamp, build, format, head, rows, left_out)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?);"
                + "delete from @.stages where view = ?;"
                + "select pg_notify(?, ?)";
        Arguments.of(head.generation(), stamp, build, head.format(), locked.view())
                .and(locked.view())
                .and(locked.view(), head.generation(), stamp, build, head.format(), Texts.head(head))
                .and(rows, Texts.leftOut(leftOut(connection, build)))
                .and(locked.view())
                .and(GenerationWatch.channel(database), Integer.toString(locked.view()))
                .update(connection, database.sql(sql));
        return stamp;
    }

    private LeftOut leftOut(Connection connection, long build) throws SQLException {
        int[] documents = {0};
        LeftOut[] named = {LeftOut.NOTHING};
        Arguments.of(build, LeftOut.MAX_EXAMPLES)
                .query(
                        connection,
                        database.sql("select left_out, sum(documents_left_out) over () from @.slices"
                                + " where build = ? and documents_left_out > 0 order by database limit ?"),
                        row -> {
                            named[0] = named[0].and(Texts.leftOut(row.getString(1)));
                            documents[0] = (int) Math.min(Integer.MAX_VALUE, row.getLong(2));
                            return true;
                        });
        return new LeftOut(documents[0], named[0].examples());
    }
}
