package dev.matview.core.internal.keep;

import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a stored generation that a caller may read: those that are open to all, its own, and those that allow it, merged.
 * Of a row that is in two of these, and of those that deny the caller, the row itself tells; they are passed over one by one.
 * Immutable and thread-safe.
 */
public final class ReadableRows implements OrderedRows {

    /** How many rows of one part are counted; of more, nobody is told how many they are. */
    public static final int MOST_COUNTED = 100_000;

    /** What {@link #size} is where that is not known. */
    public static final int UNKNOWN = -1;

    /** How many rows are taken from each part together, at least. */
    private static final int CHUNK = 64;

    private static final int MOST_TOGETHER = 1_000;

    private final StoredGeneration generation;
    private final Caller caller;
    /** The last row that is shown; null where all are. */
    private final @Nullable Row last;

    private final List<Range> parts;

    /** @param shown how many of the generation's rows the feed shows */
    public ReadableRows(StoredGeneration generation, Caller caller, int shown, Budget budget) {
        this.generation = generation;
        this.caller = caller;
        this.last = shown >= generation.size() ? null : generation.last(shown, budget);
        this.parts = new ArrayList<>();
        parts.add(range(Readers.open()));
        if (caller.database() != null) {
            parts.add(range(Readers.ownedBy(caller.database())));
        }
        if (caller.did() != null) {
            parts.add(range(Readers.allowing(caller.did())));
        }
    }

    private static Range range(byte[] key) {
        return Range.of(Readers.INDEX, key);
    }

    /** How many there are; {@link #UNKNOWN} where they are many. Each part is counted, and what is in it and not to be read. */
    @Override
    public int size() {
        String did = caller.did();
        String database = caller.database();
        long size = 0;
        for (Range part : parts) {
            long rows = count(part);
            if (rows > MOST_COUNTED) {
                return UNKNOWN;
            }
            size += rows;
        }
        if (did != null) {
            size -= count(range(Readers.openDenying(did)));
            if (database != null) {
                size -= count(range(Readers.ownedDenying(database, did)));
                size -= count(range(Readers.ownedAllowing(database, did)));
            }
        }
        return size > MOST_COUNTED ? UNKNOWN : (int) size;
    }

    private long count(Range part) {
        return generation.pages().count(part, last, MOST_COUNTED);
    }

    /** Whether a row that the generation has is one of these. */
    @Override
    public boolean contains(Row row) {
        Acl acl = row.acl();
        return acl != null
                && acl.allows(caller, row.database(), CertificateRules.denied())
                && (last == null || row.compareTo(last) <= 0);
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        return page(after, skip, limit, Budget.unlimited());
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit, Budget budget) {
        List<Part> open = new ArrayList<>();
        int together = (int) Math.min(MOST_TOGETHER, Math.max(CHUNK, (long) skip + limit + 1));
        for (Range range : limit == 0 ? List.<Range>of() : parts) {
            open.add(new Part(range, after, together, budget));
        }
        List<Row> page = new ArrayList<>();
        int skipped = 0;
        while (page.size() < limit) {
            Row next = next(open);
            if (next == null || (last != null && next.compareTo(last) > 0)) {
                break;
            }
            budget.spend(1);
            if (contains(next) && skipped++ >= skip) {
                page.add(next);
            }
        }
        return page;
    }

    /** The next row of all, taken from each part that has it. */
    private static @Nullable Row next(List<Part> open) {
        Row first = null;
        for (Part part : open) {
            Row row = part.row();
            if (row != null && (first == null || row.compareTo(first) < 0)) {
                first = row;
            }
        }
        for (Part part : open) {
            Row row = part.row();
            if (first != null && row != null && row.compareTo(first) == 0) {
                part.pass();
            }
        }
        return first;
    }

    /** Not asked for: a number says nothing of rows that are merged. */
    @Override
    public int place(Row row) {
        throw new UnsupportedOperationException("rows of a reader have no numbers in a store");
    }

    /** Goes through one part. For one thread. */
    private final class Part {

        private final Range range;
        private final int together;
        private final Budget budget;
        private @Nullable Entry passed;
        private List<Entry> chunk = List.of();
        private int at;
        private boolean ended;

        Part(Range range, @Nullable Row after, int together, Budget budget) {
            this.range = range;
            this.together = together;
            this.budget = budget;
            this.passed = after == null ? null : new Entry(range.from(), after);
        }

        @Nullable
        Row row() {
            if (at == chunk.size() && !ended) {
                PagedGeneration pages = generation.pages();
                chunk = StoredGeneration.ask(budget, () -> pages.entries(range, passed, false, together));
                at = 0;
                ended = chunk.size() < together;
            }
            return at < chunk.size() ? chunk.get(at).row() : null;
        }

        void pass() {
            passed = chunk.get(at);
            at++;
        }
    }
}
