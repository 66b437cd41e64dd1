package dev.matview.sql.internal;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the current state of a build, or what changed in it, at one moment: the connection has a snapshot. Not thread-safe. */
final class WholeReader {

    private static final int FETCHED = 2_000;

    private final Connection connection;
    private final Database database;
    private final long build;

    WholeReader(Connection connection, Database database, long build) {
        this.connection = connection;
        this.database = database;
        this.build = build;
    }

    /** What is known of a slice while it is read. */
    private record Reading(
            String database, @Nullable Position position, LeftOut leftOut, List<Row> put, Set<String> removed) {

        SliceDelta delta(Position reflected) {
            put.forEach(row -> removed.remove(row.id()));
            return new SliceDelta(database, reflected, put, removed, leftOut);
        }
    }

    /** All slices with their rows. */
    List<SliceDelta> slices() throws SQLException {
        return changes(0, new HashSet<>());
    }

    /**
     * The slices that changed after a generation.
     *
     * @param dropped takes the databases that were dropped since
     */
    List<SliceDelta> changes(long since, Set<String> dropped) throws SQLException {
        Map<Long, Reading> slices = new LinkedHashMap<>();
        each(
                "select slice, database, reflects, left_out from @.slices where build = ? and changed > ?",
                Arguments.of(build, since),
                row -> slices.put(row.getLong(1), slice(row)));
        StoredRow rows = new StoredRow();
        each(
                "select " + StoredRow.COLUMNS
                        + ", r.slice from @.rows r where r.build = ? and r.born > ? and r.died is null",
                Arguments.of(build, since),
                row -> {
                    Reading slice = slices.get(row.getLong(7));
                    return slice != null && slice.put().add(rows.read(row));
                });
        each(
                "select r.id, r.slice from @.rows r where r.build = ? and r.died > ? and r.born <= ?",
                Arguments.of(build, since, since),
                row -> {
                    Reading slice = slices.get(row.getLong(2));
                    return slice != null && slice.removed().add(CodeUnits.decode(row.getBytes(1)));
                });
        List<SliceDelta> changes = new ArrayList<>();
        for (Reading slice : slices.values()) {
            Position position = slice.position();
            if (position != null) {
                changes.add(slice.delta(position));
            } else if (since > 0) {
                dropped.add(slice.database());
            }
        }
        return changes;
    }

    private static Reading slice(ResultSet row) throws SQLException {
        String reflects = row.getString(3);
        return new Reading(
                CodeUnits.decode(row.getBytes(2)),
                reflects == null ? null : Texts.position(reflects),
                Texts.leftOut(row.getString(4)),
                new ArrayList<>(),
                new HashSet<>());
    }

    /** Some at a time: nothing but what is made of them is held. */
    private void each(String sql, Arguments arguments, Answer<?> each) throws SQLException {
        try (PreparedStatement statement = arguments.prepare(connection, database.sql(sql))) {
            statement.setFetchSize(FETCHED);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    each.read(rows);
                }
            }
        }
    }
}
