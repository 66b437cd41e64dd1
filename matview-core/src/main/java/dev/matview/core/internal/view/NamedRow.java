package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.Comparator;

/** A row under the DID of somebody whom its ACL names. Immutable. */
record NamedRow(String did, Row row) {

    /** What one takes in memory, in references: 24 bytes. */
    static final int REFERENCES = 6;

    private static final Comparator<NamedRow> DID = Comparator.comparing(NamedRow::did);
    private static final Comparator<NamedRow> OWNER =
            Comparator.comparing(named -> named.row().database());

    /** By the DID, and of one DID as rows are ordered. */
    static final Comparator<NamedRow> BY_DID = DID.thenComparing(NamedRow::row);

    /** By the DID, of one DID by the owner's database, and of one owner as rows are ordered. */
    static final Comparator<NamedRow> BY_DID_AND_OWNER =
            DID.thenComparing(OWNER).thenComparing(NamedRow::row);
}
