package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.Comparator;

/** A row under the DID of somebody whom its ACL names. Immutable. */
record NamedRow(String did, Row row) {

    /** What one takes in memory, in references: 24 bytes. */
    static final int REFERENCES = 6;

    /** By the DID, and of one DID as rows are ordered. */
    static final Comparator<NamedRow> BY_DID = (one, other) -> {
        int order = compare(one.did, other.did);
        return order != 0 ? order : one.row.compareTo(other.row);
    };

    /** By the DID, of one DID by the owner's database, and of one owner as rows are ordered. */
    static final Comparator<NamedRow> BY_DID_AND_OWNER = (one, other) -> {
        int order = compare(one.did, other.did);
        if (order == 0) {
            order = compare(one.row.database(), other.row.database());
        }
        return order != 0 ? order : one.row.compareTo(other.row);
    };

    /** Mostly they are the same object; a million times, it counts that they are not looked into. */
    private static int compare(String one, String other) {
        return one == other ? 0 : one.compareTo(other);
    }
}
