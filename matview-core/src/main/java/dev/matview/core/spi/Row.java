package dev.matview.core.spi;

import dev.matview.core.access.Acl;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One projected document of a view. Its identity is (user database, {@code _id}), never {@code _id} alone: users share
 * ids. Rows order as the feed sorts them, then by database. Immutable, as long as nobody writes to its arrays; they
 * are shared, not copied, because a view holds a great many of them.
 */
public final class Row implements Comparable<Row> {

    /** The row itself, its arrays and its id without what they hold, and the references to it in a view. */
    private static final int OVERHEAD = 170;

    private static final int EXPANSION_OVERHEAD = 150;

    private final String database;
    private final String id;
    private final byte[] sortKey;
    private final byte[] document;
    private final @Nullable Acl acl;
    private final List<Expansion> expansions;

    /** A row without references that the feed expands. */
    public Row(String database, String id, byte[] sortKey, byte[] document, @Nullable Acl acl) {
        this(database, id, sortKey, document, acl, List.of());
    }

    /**
     * @param sortKey the key of the feed's {@link dev.matview.core.mango.SortOrder} for the document
     * @param document the projected document as JSON in UTF-8
     * @param acl who may read the row; null for a row of a public feed
     * @param expansions the references in the document that the feed expands
     */
    public Row(
            String database,
            String id,
            byte[] sortKey,
            byte[] document,
            @Nullable Acl acl,
            List<Expansion> expansions) {
        this.database = Objects.requireNonNull(database, "database");
        this.id = Objects.requireNonNull(id, "id");
        this.sortKey = Objects.requireNonNull(sortKey, "sortKey");
        this.document = Objects.requireNonNull(document, "document");
        this.acl = acl;
        this.expansions = List.copyOf(expansions);
    }

    /** The user database the document is in. */
    public String database() {
        return database;
    }

    /** The document's {@code _id}, whether or not the row shows it. */
    public String id() {
        return id;
    }

    /** The row's place in the view: keys order by {@link Arrays#compareUnsigned(byte[], byte[])}. Do not write to it. */
    public byte[] sortKey() {
        return sortKey;
    }

    /** The projected document as JSON in UTF-8. Do not write to it. */
    public byte[] document() {
        return document;
    }

    /** Who may read the row; null for a row of a public feed. */
    public @Nullable Acl acl() {
        return acl;
    }

    /** The references that the feed expands; the {@link #document()} holds them as they are. */
    public List<Expansion> expansions() {
        return expansions;
    }

    /** How much memory the row takes in a view, about: what it holds, and what Java adds to that. */
    public long bytes() {
        long bytes = (long) OVERHEAD + sortKey.length + document.length + id.length() + bytes(acl);
        for (Expansion expansion : expansions) {
            byte[] referred = expansion.document();
            bytes += EXPANSION_OVERHEAD
                    + expansion.did().length()
                    + expansion.ref().length()
                    + (referred == null ? 0 : referred.length)
                    + bytes(expansion.acl());
        }
        return bytes;
    }

    private static long bytes(@Nullable Acl acl) {
        return acl == null || acl == Acl.OPEN || acl == Acl.OWNER_ONLY ? 0 : acl.bytes();
    }

    @Override
    public int compareTo(Row other) {
        // A row that shows something else has the key of the one before.
        int order = sortKey == other.sortKey ? 0 : Arrays.compareUnsigned(sortKey, other.sortKey);
        if (order == 0) {
            order = database.equals(other.database) ? 0 : database.compareTo(other.database);
        }
        return order != 0 ? order : id.compareTo(other.id);
    }

    /** Whether the two rows are the same row in the same state. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Row row
                && id.equals(row.id)
                && database.equals(row.database)
                && Arrays.equals(sortKey, row.sortKey)
                && Arrays.equals(document, row.document)
                && Objects.equals(acl, row.acl)
                && expansions.equals(row.expansions);
    }

    @Override
    public int hashCode() {
        return 31 * database.hashCode() + id.hashCode();
    }

    /** Whether the other is this row, but for the documents that its references were found to lead to. */
    public boolean isSameUnexpanded(Row other) {
        return id.equals(other.id)
                && database.equals(other.database)
                && Arrays.equals(sortKey, other.sortKey)
                && Arrays.equals(document, other.document)
                && Objects.equals(acl, other.acl);
    }

    /** Names the row, without its content. */
    @Override
    public String toString() {
        return database + "/" + id;
    }
}
