package dev.matview.core.internal.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Settings;
import dev.matview.core.access.Caller;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of one answer refer to in fields that only its query expands, and the documents of that. Where rows refer
 * to more than one answer may, it knows of the first rows only. For one thread.
 */
final class References {

    private final List<List<Expansion>> byRow;
    private final Referrals.@Nullable Held held;

    private References(List<List<Expansion>> byRow, Referrals.@Nullable Held held) {
        this.byRow = byRow;
        this.held = held;
    }

    /** The references of rows in whose documents nothing is expanded but what the feed does. */
    static References none() {
        return new References(List.of(), null);
    }

    /** A document that is referred to, whatever the field. */
    private record Target(String did, String ref) {}

    static References of(List<Row> rows, List<String> fields, Referrals referrals, Settings settings, Budget budget) {
        List<List<Expansion>> byRow = new ArrayList<>();
        Map<Target, Expansion> targets = new LinkedHashMap<>();
        long bytes = 0;
        for (Row row : rows) {
            bytes += row.document().length;
            if (bytes > settings.answerBytes() && !byRow.isEmpty()) {
                break;
            }
            List<Expansion> found = references(row, fields, budget);
            found.forEach(reference -> targets.putIfAbsent(new Target(reference.did(), reference.ref()), reference));
            if (targets.size() > settings.maxReferrals() && !byRow.isEmpty()) {
                break;
            }
            byRow.add(found);
        }
        // A row that alone refers to more is shown with the first of them.
        List<Expansion> wanted =
                targets.values().stream().limit(settings.maxReferrals()).toList();
        return new References(byRow, referrals.load(wanted, budget));
    }

    private static List<Expansion> references(Row row, List<String> fields, Budget budget) {
        ObjectNode document = Json.parseObject(row.document(), budget);
        budget.spend(fields.size());
        List<Expansion> found = new ArrayList<>();
        fields.forEach(field -> Expansion.of(document, field).ifPresent(found::add));
        return found;
    }

    /** Whether the row of that number has references that were not looked up, as there would be too many. */
    boolean areLeftOut(int row) {
        return held != null && (row >= byRow.size() || byRow.get(row).stream().anyMatch(held::isLeftOut));
    }

    List<Expansion> of(int row) {
        return row < byRow.size() ? byRow.get(row) : List.of();
    }

    byte @Nullable [] document(Expansion reference, Caller caller) {
        return held == null ? null : held.document(reference, caller);
    }
}
