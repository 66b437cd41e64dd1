package dev.matview.core.internal.refresh;

import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which rows of a generation refer to which documents, for a feed that expands references. Immutable. */
interface References {

    /** The rows that refer to any document of a database. */
    List<Row> to(String database);

    /** The rows that refer to a document. */
    List<Row> to(String database, String id);

    /** The rows that refer to documents of databases that the feed does not cover. */
    List<Row> outside();

    /** What a row that refers to the document holds of it; null when none does, or there is no such document. */
    @Nullable
    Expansion held(String database, String id);
}
