package dev.matview.core;

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

    @Override
    public int compareTo(Row other) {
        int order = Arrays.compareUnsigned(sortKey, other.sortKey);
        if (order == 0) {
            order = database.compareTo(other.database);
        }
        return order != 0 ? order : id.compareTo(other.id);
    }

    /** Whether the two rows are the same row in the same state. */
    @Override
    public boolean equals(Object other) {
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

    /** Names the row, without its content. */
    @Override
    public String toString() {
        return database + "/" + id;
    }
}
