package dev.matview.sql.internal;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewHead;
import dev.matview.sql.internal.BuildReader.Check;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A generation in the tables. Two are equal when they stand for the same one. Thread-safe. */
final class SqlGeneration implements PagedGeneration {

    private static final String IS_KEPT = "select 1 from @.generations where view = ? and number = ? and stamp = ?";
    private static final String IS_CURRENT = "select 1 from @.views where view = ? and generation = ? and stamp = ?";

    private final String view;
    private final StoredHead stored;
    private final BuildReader reader;
    private final Check kept;

    SqlGeneration(Database database, String view, StoredHead stored) {
        this.view = view;
        this.stored = stored;
        this.reader = new BuildReader(database, view, stored.build(), stored.number());
        this.kept = new Check(IS_KEPT, identity());
    }

    private Arguments identity() {
        return Arguments.of(stored.view(), stored.number(), stored.stamp());
    }

    UUID stamp() {
        return stored.stamp();
    }

    @Override
    public String view() {
        return view;
    }

    @Override
    public ViewHead head() {
        return stored.head();
    }

    @Override
    public long rows() {
        return stored.rows();
    }

    @Override
    public LeftOut leftOut() {
        return stored.leftOut();
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        return reader.page(after, skip, limit, kept);
    }

    @Override
    public List<Row> slice(String database) {
        return reader.slice(database, kept);
    }

    @Override
    public List<Row> find(Collection<RowId> rows) {
        return reader.find(rows, kept);
    }

    @Override
    public List<SliceState> slices(long since, @Nullable String after, int limit) {
        Check check = since == 0
                ? new Check(IS_CURRENT, identity())
                : new Check(
                        IS_CURRENT
                                + " and exists (select from @.generations where view = ? and number = ? and build = ?)",
                        identity().and(stored.view(), since, stored.build()));
        return reader.slices(since, after, limit, check);
    }

    @Override
    public List<Entry> entries(Range range, @Nullable Entry after, boolean backwards, int limit) {
        EntryRange entries = new EntryRange(range, stored.build(), stored.number());
        return reader.ask(
                entries.page(after != null, backwards),
                entries.pageArguments(after, limit),
                new Answer<>() {
                    private final StoredRow rows = new StoredRow();

                    @Override
                    public Entry read(ResultSet row) throws SQLException {
                        return new Entry(row.getBytes(7), rows.read(row));
                    }
                },
                kept);
    }

    @Override
    public long count(Range range, @Nullable Row last, long most) {
        EntryRange entries = new EntryRange(range, stored.build(), stored.number());
        long enough = most == Long.MAX_VALUE ? most : most + 1;
        long found = reader.ask(
                        entries.count(last != null), entries.countArguments(last, enough), row -> row.getLong(1), kept)
                .get(0);
        return Math.min(found, enough);
    }

    @Override
    public long place(Row row) {
        String part = "(select count(*) from @.rows r where r.build = ? and ";
        String before = " and (r.sort_key, r.database) < (?, ?))";
        byte[] database = CodeUnits.encode(row.database());
        return reader.ask(
                        "select " + part + BuildReader.ALIVE + before + " + " + part + BuildReader.ENDED_SINCE + before,
                        Arguments.of(stored.build(), stored.number(), row.sortKey(), database)
                                .and(stored.build(), stored.number(), stored.number(), row.sortKey(), database),
                        answer -> answer.getLong(1),
                        kept)
                .get(0);
    }

    @Override
    public @Nullable List<Row> notIn(long generation, int most) {
        long build = stored.build();
        long number = stored.number();
        long enough = most + 1L;
        Check both = new Check(
                IS_KEPT + " and exists (select from @.generations where view = ? and number = ?)",
                identity().and(stored.view(), generation));
        String rows = "select " + StoredRow.COLUMNS + " from @.rows r where r.build = ? and ";
        // Of a build of its own it has none of these rows.
        String shared = "exists (select from @.generations where view = ? and number = ? and build = ?)";
        Arguments other = Arguments.of(stored.view(), generation, build);
        List<Row> found;
        if (generation < number) {
            found = reader.ask(
                    rows + "r.born > ? and r.born <= ? and (r.died is null or r.died > ?) and " + shared + " limit ?",
                    Arguments.of(build, generation, number, number).and(other).and(enough),
                    new StoredRow(),
                    both);
        } else {
            found = reader.ask(
                    rows + "r.died > ? and r.died <= ? and r.born <= ? and " + shared + " limit ?",
                    Arguments.of(build, number, generation, number).and(other).and(enough),
                    new StoredRow(),
                    both);
        }
        if (found.isEmpty() && generation != number && !isOfOneBuild(generation)) {
            found = page(null, 0, (int) Math.min(Integer.MAX_VALUE, enough));
        }
        return found.size() > most ? null : found;
    }

    private boolean isOfOneBuild(long generation) {
        return !reader.ask(
                        "select 1 from @.generations where view = ? and number = ? and build = ?",
                        Arguments.of(stored.view(), generation, stored.build()),
                        row -> true,
                        kept)
                .isEmpty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SqlGeneration generation
                && view.equals(generation.view)
                && stored.number() == generation.stored.number()
                && stored.stamp().equals(generation.stored.stamp());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new Object[] {view, stored.stamp()});
    }

    @Override
    public String toString() {
        return "generation " + stored.number() + " of view " + view;
    }
}
