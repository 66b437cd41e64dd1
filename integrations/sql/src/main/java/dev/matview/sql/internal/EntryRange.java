package dev.matview.sql.internal;

import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.Row;
import org.jspecify.annotations.Nullable;

/** The statements about the entries of a range, as they are at one generation: see {@link BuildReader} for their two parts. */
final class EntryRange {

    private static final String CURRENT =
            " from @.entries e where e.build = ? and e.index = ? and e.died is null and e.born <= ?";
    /** First the rows that were ended since, which are few, then what each has. */
    private static final String ENDED =
            " from (select r.number from @.rows r where r.build = ? and " + BuildReader.ENDED_SINCE
                    + " offset 0) r cross join lateral"
                    + " (select * from @.entries e where e.of_row = r.number and e.index = ? offset 0) e where true";

    private final Range range;
    private final long build;
    private final long generation;

    EntryRange(Range range, long build, long generation) {
        this.range = range;
        this.build = build;
        this.generation = generation;
    }

    private String bounds() {
        return " and e.key >= ?" + (range.to() == null ? "" : " and e.key < ?");
    }

    private Arguments withBounds(Arguments arguments) {
        arguments.and((Object) range.from());
        return range.to() == null ? arguments : arguments.and((Object) range.to());
    }

    private Arguments current() {
        return withBounds(Arguments.of(build, CodeUnits.hash(range.index()), generation));
    }

    private Arguments ended() {
        return withBounds(Arguments.of(build, generation, generation, CodeUnits.hash(range.index())));
    }

    String page(boolean follows, boolean backwards) {
        String way = backwards ? " desc" : "";
        String order = " order by key" + way + ", sort_key" + way + ", database" + way + " limit ?";
        String after = follows ? " and (e.key, e.sort_key, e.database) " + (backwards ? "<" : ">") + " (?, ?, ?)" : "";
        String part = "(select e.key, e.sort_key, e.database, e.of_row";
        return "select " + StoredRow.COLUMNS + ", e.key from (" + part + CURRENT + bounds() + after + order
                + ") union all "
                + part + ENDED + bounds() + after + order + ")" + order + ") e join @.rows r on r.number = e.of_row"
                + " order by e.key" + way + ", e.sort_key" + way + ", e.database" + way;
    }

    Arguments pageArguments(@Nullable Entry after, int limit) {
        Arguments from = new Arguments();
        if (after != null) {
            Row row = after.row();
            from.and(after.key(), row.sortKey(), CodeUnits.encode(row.database()));
        }
        return current().and(from).and(limit).and(ended()).and(from).and(limit, limit);
    }

    /** Then the index finds the row among those of the key. */
    private boolean isOneKey() {
        return range.equals(Range.of(range.index(), range.from()));
    }

    String count(boolean toRow) {
        String last = "";
        if (toRow) {
            last = isOneKey()
                    ? " and (e.key, e.sort_key, e.database) <= (?, ?, ?)"
                    : " and (e.sort_key, e.database) <= (?, ?)";
        }
        String part = "(select 1";
        return "select count(*) from (" + part + CURRENT + bounds() + last + " limit ?) union all " + part + ENDED
                + bounds() + last + " limit ?)) e";
    }

    Arguments countArguments(@Nullable Row last, long enough) {
        Arguments to = new Arguments();
        if (last != null) {
            if (isOneKey()) {
                to.and((Object) range.from());
            }
            to.and(last.sortKey(), CodeUnits.encode(last.database()));
        }
        return current().and(to).and(enough).and(ended()).and(to).and(enough);
    }
}
