package dev.matview.core.internal.search;

import dev.matview.core.internal.view.RowChanges;
import java.util.List;

/** {@link RowChanges}, of which each row is parsed once at most. For one thread. */
public record ParsedChanges(List<ParsedRow> leaving, List<ParsedRow> coming) {

    public static ParsedChanges of(RowChanges changes) {
        return new ParsedChanges(
                changes.leaving().stream().map(ParsedRow::new).toList(),
                changes.coming().stream().map(ParsedRow::new).toList());
    }

    int size() {
        return leaving.size() + coming.size();
    }
}
