package dev.matview.core.internal.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import org.jspecify.annotations.Nullable;

/** A row, and what it shows, parsed when somebody first asks and once for all who look at it. For one thread. */
public final class ParsedRow {

    private final Row row;
    private @Nullable ObjectNode document;

    ParsedRow(Row row) {
        this.row = row;
    }

    public Row row() {
        return row;
    }

    /** Whoever asks first pays for the parsing. */
    public ObjectNode document(Budget budget) {
        ObjectNode known = document;
        if (known == null) {
            known = Json.parseObject(row.document(), budget);
            document = known;
        }
        return known;
    }
}
