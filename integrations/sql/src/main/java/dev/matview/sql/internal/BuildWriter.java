package dev.matview.sql.internal;

import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes what a delta changes in a build, within the transaction of whoever calls. Rows that are superseded are ended at the
 * delta's generation, for those who read earlier ones; of what is only aside they are deleted. Not thread-safe.
 */
final class BuildWriter {

    /** What one round of statements takes, about. */
    private static final int SLICES = 1_000;

    private static final int ROWS = 10_000;

    /** A tuple of PostgreSQL's B-trees has 2,704 bytes: a key, the name of a database and what goes with them. */
    private static final int LONGEST_DATABASE = 600;

    private final Connection connection;
    private final Database database;
    private final long build;
    private final long generation;
    private final boolean aside;
    private final RowNumbers numbers;

    /** How many rows there are more than before. */
    private long more;

    BuildWriter(Connection connection, Database database, long build, long generation, boolean aside) {
        this.connection = connection;
        this.database = database;
        this.build = build;
        this.generation = generation;
        this.aside = aside;
        this.numbers = new RowNumbers(connection, database);
    }

    /** A slice that is there. */
    private record Held(long slice, int rows) {}

    /** Says how many rows there are more than before; less than zero for fewer. */
    long write(ViewDelta delta, Indexing indexing) throws SQLException {
        more = 0;
        drop(delta.dropped());
        List<SliceDelta> portion = new ArrayList<>();
        long rows = 0;
        for (SliceDelta slice : delta.slices()) {
            portion.add(slice);
            rows += slice.put().size() + slice.removed().size();
            if (portion.size() == SLICES || rows >= ROWS) {
                change(portion, indexing);
                portion.clear();
                rows = 0;
            }
        }
        change(portion, indexing);
        return more;
    }

    private Map<String, Held> held(List<byte[]> databases) throws SQLException {
        Map<String, Held> held = new HashMap<>();
        String sql = "select s.database, s.slice, s.rows from @.slices s where s.build = ? and s.database = any (?)";
        Arguments.of(build, databases.toArray(new byte[0][]))
                .query(
                        connection,
                        database.sql(sql),
                        row -> held.put(CodeUnits.decode(row.getBytes(1)), new Held(row.getLong(2), row.getInt(3))));
        return held;
    }

    private void drop(Set<String> dropped) throws SQLException {
        List<byte[]> names = new ArrayList<>();
        for (String name : dropped) {
            names.add(CodeUnits.encode(name));
            if (names.size() == SLICES) {
                dropSlices(names);
                names.clear();
            }
        }
        if (!names.isEmpty()) {
            dropSlices(names);
        }
    }

    private void dropSlices(List<byte[]> names) throws SQLException {
        List<Long> portion = new ArrayList<>();
        long rows = 0;
        for (Held held : held(names).values()) {
            portion.add(held.slice());
            rows += held.rows();
            if (rows >= ROWS) {
                dropNumbered(portion.toArray(new Long[0]));
                portion.clear();
                rows = 0;
            }
        }
        if (!portion.isEmpty()) {
            dropNumbered(portion.toArray(new Long[0]));
        }
    }

    private void dropNumbered(Long[] slices) throws SQLException {
        if (aside) {
            end(Arguments.of((Object) slices), "delete from @.rows r where r.slice = any (?) and r.died is null");
            Arguments.of((Object) slices)
                    .update(connection, database.sql("delete from @.slices where slice = any (?)"));
        } else {
            end(
                    Arguments.of(generation, slices),
                    "update @.rows r set died = ? where r.slice = any (?) and r.died is null");
            Arguments.of(generation, slices)
                    .update(
                            connection,
                            database.sql("update @.slices set reflects = null, left_out = null, documents_left_out = 0,"
                                    + " rows = 0, changed = ? where slice = any (?) and reflects is not null"));
        }
    }

    private void change(List<SliceDelta> slices, Indexing indexing) throws SQLException {
        if (slices.isEmpty()) {
            return;
        }
        List<byte[]> names = new ArrayList<>();
        for (SliceDelta slice : slices) {
            byte[] name = CodeUnits.encode(slice.database());
            if (name.length > LONGEST_DATABASE) {
                throw new ViewStoreException("a user database has a name of more than " + LONGEST_DATABASE + " bytes");
            }
            names.add(name);
        }
        Map<String, Held> held = held(names);
        Map<Long, Integer> ended = end(slices, held);
        Map<String, Long> numbered = put(slices, names, held, ended);
        copy(slices, numbered, indexing);
    }

    /** Ends the rows that are removed or put again; says how many, by slice. */
    private Map<Long, Integer> end(List<SliceDelta> slices, Map<String, Held> held) throws SQLException {
        Map<Long, Integer> ended = new HashMap<>();
        RowKeys keys = new RowKeys(16);
        for (SliceDelta slice : slices) {
            Held there = held.get(slice.database());
            if (there == null || there.rows() == 0) {
                continue;
            }
            for (Row row : slice.put()) {
                keys.add(there.slice(), row.id());
            }
            for (String id : slice.removed()) {
                keys.add(there.slice(), id);
            }
            if (keys.size() >= ROWS) {
                end(keys, ended);
                keys = new RowKeys(16);
            }
        }
        end(keys, ended);
        return ended;
    }

    private void end(RowKeys keys, Map<Long, Integer> ended) throws SQLException {
        if (keys.size() == 0) {
            return;
        }
        String which = " unnest(?::int8[], ?::int8[], ?::bytea[]) as q (slice, hash, id)"
                + " where r.slice = q.slice and r.hash = q.hash and r.id = q.id and r.died is null";
        Arguments found = Arguments.of(keys.slices(), keys.hashes(), keys.ids());
        List<Long> of = aside
                ? end(found, "delete from @.rows r using" + which)
                : end(Arguments.of(generation).and(found), "update @.rows r set died = ? from" + which);
        of.forEach(slice -> ended.merge(slice, 1, Integer::sum));
    }

    /** Ends rows with their entries; gives the slice of each. */
    private List<Long> end(Arguments arguments, String sql) throws SQLException {
        List<Long> rows = new ArrayList<>();
        List<Long> slices = arguments.query(connection, database.sql(sql + " returning r.number, r.slice"), row -> {
            rows.add(row.getLong(1));
            return row.getLong(2);
        });
        more -= rows.size();
        for (int at = 0; at < rows.size(); at += ROWS) {
            Long[] part = rows.subList(at, Math.min(rows.size(), at + ROWS)).toArray(new Long[0]);
            if (aside) {
                Arguments.of((Object) part)
                        .update(connection, database.sql("delete from @.entries where of_row = any(?)"));
            } else {
                Arguments.of(generation, part)
                        .update(connection, database.sql("update @.entries set died = ? where of_row = any(?)"));
            }
        }
        return slices;
    }

    /** Writes the slices; gives their numbers. */
    private Map<String, Long> put(
            List<SliceDelta> slices, List<byte[]> names, Map<String, Held> held, Map<Long, Integer> ended)
            throws SQLException {
        int size = slices.size();
        String[] reflects = new String[size];
        String[] leftOut = new String[size];
        Integer[] documents = new Integer[size];
        Integer[] rows = new Integer[size];
        for (int i = 0; i < size; i++) {
            SliceDelta slice = slices.get(i);
            Held there = held.get(slice.database());
            int left = there == null ? 0 : there.rows() - ended.getOrDefault(there.slice(), 0);
            reflects[i] = Texts.position(slice.position());
            leftOut[i] = Texts.leftOut(slice.leftOut());
            documents[i] = slice.leftOut().documents();
            rows[i] = left + slice.put().size();
        }
        String sql =
                "insert into @.slices as s (build, database, reflects, left_out, documents_left_out, rows, changed)"
                        + " select ?, q.*, ? from unnest(?::bytea[], ?::text[], ?::text[], ?::int4[], ?::int4[]) as q"
                        + " on conflict (build, database) do update set reflects = excluded.reflects, left_out = excluded.left_out,"
                        + " documents_left_out = excluded.documents_left_out, rows = excluded.rows, changed = excluded.changed"
                        + " returning s.database, s.slice";
        Map<String, Long> numbered = new HashMap<>();
        Arguments.of(build, generation, names.toArray(new byte[0][]), reflects, leftOut, documents, rows)
                .query(
                        connection,
                        database.sql(sql),
                        (ResultSet row) -> numbered.put(CodeUnits.decode(row.getBytes(1)), row.getLong(2)));
        return numbered;
    }

    private void copy(List<SliceDelta> slices, Map<String, Long> numbered, Indexing indexing) throws SQLException {
        int count = slices.stream().mapToInt(slice -> slice.put().size()).sum();
        if (count == 0) {
            return;
        }
        more += count;
        numbers.reserve(count);
        BinaryCopy rows = new BinaryCopy(
                connection,
                database.sql(
                        "@.rows (number, build, slice, hash, born, sort_key, database, id, document, acl, expansions)"),
                11);
        BinaryCopy entries = new BinaryCopy(
                connection, database.sql("@.entries (of_row, build, index, born, key, sort_key, database)"), 7);
        for (SliceDelta slice : slices) {
            byte[] of = CodeUnits.encode(slice.database());
            long sliceNumber = Objects.requireNonNull(numbered.get(slice.database()));
            for (Row row : slice.put()) {
                long number = numbers.next();
                write(rows, row, number, sliceNumber, of);
                for (IndexKey entry : indexing.keys(row)) {
                    write(entries, entry, row, number, of);
                }
            }
        }
        rows.flush();
        entries.flush();
    }

    private void write(BinaryCopy rows, Row row, long number, long slice, byte[] of) throws SQLException {
        if (row.sortKey().length > PagedViewStore.LEAST_KEY) {
            throw new ViewStoreException(
                    "a row's sort key has more than " + PagedViewStore.LEAST_KEY + " bytes: " + row);
        }
        rows.row();
        rows.number(number);
        rows.number(build);
        rows.number(slice);
        rows.number(CodeUnits.hash(row.id()));
        rows.number(generation);
        rows.bytes(row.sortKey());
        rows.bytes(of);
        rows.bytes(CodeUnits.encode(row.id()));
        rows.bytes(row.document());
        rows.text(Texts.acl(row.acl()));
        rows.bytes(Texts.expansions(row.expansions()));
    }

    private void write(BinaryCopy entries, IndexKey entry, Row row, long number, byte[] of) throws SQLException {
        if (row.sortKey().length + entry.key().length > PagedViewStore.LEAST_KEY) {
            throw new ViewStoreException("a row's keys have more than " + PagedViewStore.LEAST_KEY + " bytes: " + row);
        }
        entries.row();
        entries.number(number);
        entries.number(build);
        entries.number(CodeUnits.hash(entry.index()));
        entries.number(generation);
        entries.bytes(entry.key());
        entries.bytes(row.sortKey());
        entries.bytes(of);
    }
}
