package dev.matview.core.internal.keep;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;

/** The rows of a stored generation by the documents that they refer to. */
public final class Referred {

    /** To documents in databases that the feed covers. */
    private static final String COVERED = "refc";

    /** To documents in others, of whose changes nobody tells. */
    private static final String OUTSIDE = "refo";

    private static final int PART = 1_000;

    private Referred() {}

    static String index(FeedDefinition feed, String database) {
        return feed.covers(database) ? COVERED : OUTSIDE;
    }

    /** The rows that refer to a document of that database. */
    public static List<Row> to(PagedGeneration pages, FeedDefinition feed, String database) {
        return rows(pages, index(feed, database), KeyText.of().add(database).bytes());
    }

    /** The rows that refer to that document. */
    public static List<Row> to(PagedGeneration pages, FeedDefinition feed, String database, String id) {
        return rows(
                pages, index(feed, database), KeyText.of().add(database).add(id).bytes());
    }

    /** One row that refers to that document; none when there is none. */
    public static List<Row> oneTo(PagedGeneration pages, FeedDefinition feed, String database, String id) {
        byte[] key = KeyText.of().add(database).add(id).bytes();
        return pages.entries(Range.of(index(feed, database), key), null, false, 1).stream()
                .map(Entry::row)
                .toList();
    }

    /** The rows that refer to documents of databases that the feed does not cover. */
    public static List<Row> outside(PagedGeneration pages) {
        return rows(pages, OUTSIDE, new byte[0]);
    }

    private static List<Row> rows(PagedGeneration pages, String index, byte[] prefix) {
        Range range = Range.beginningWith(index, prefix);
        List<Row> rows = new ArrayList<>();
        Entry last = null;
        List<Entry> part;
        do {
            part = pages.entries(range, last, false, PART);
            part.forEach(entry -> rows.add(entry.row()));
            last = part.isEmpty() ? null : part.get(part.size() - 1);
        } while (part.size() == PART);
        return rows;
    }
}
