package dev.matview.core.internal.read;

import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may read now of an earlier generation: what both that one and the served one let it read. A document that
 * was closed, and has been opened with another content, is not shown as it was; nor is one that was open and is closed, or
 * gone, since. The same holds for the documents that rows refer to. For one thread.
 */
public final class CurrentRights {

    /** What it costs to find a row among those the caller may read, and in the generation that is served. */
    private static final int LOOKED_UP = 10;

    /** What {@link #hidden} is where that is not known. */
    static final int UNKNOWN = -1;

    /** Of a generation that a store serves, so many rows may differ. */
    private static final int MOST_CHANGED = 10_000;

    private final Served past;
    private final Served now;
    private final Caller caller;
    private final CertificateRules rules;
    private final UserDatabases users;

    /** Rows of the served generation that were asked for together; of those that are known and not here it has none. */
    private final Map<RowId, Row> ahead = new HashMap<>();

    private final Set<RowId> known = new HashSet<>();

    public CurrentRights(Served past, Served now, Caller caller, CertificateRules rules, UserDatabases users) {
        this.past = past;
        this.now = now;
        this.caller = caller;
        this.rules = rules;
        this.users = users;
    }

    /** Whether all that may be read of a generation may be read for ever. */
    public static boolean isFixed(Served past) {
        return past.feed().access() == Access.PUBLIC && past.feed().expand().isEmpty();
    }

    /** Names the generation that decides. */
    public String tag() {
        return now.generation().tag();
    }

    /** These rows will be asked about: where a store has the served generation, it is asked once for all. */
    void lookAhead(List<Row> rows, Budget budget) {
        if (now.generation() instanceof StoredGeneration stored && !rows.isEmpty()) {
            List<RowId> names = rows.stream().map(RowId::of).toList();
            known.clear();
            ahead.clear();
            StoredGeneration.ask(budget, () -> stored.pages().find(names))
                    .forEach(row -> ahead.put(RowId.of(row), row));
            known.addAll(names);
        }
    }

    /**
     * The row, which the earlier generation lets the caller read, with those documents it refers to that may be read; null
     * when it may not be read any more.
     */
    @Nullable
    Row shown(Row row) {
        RowId name = RowId.of(row);
        Row current = known.contains(name) ? ahead.get(name) : now.generation().find(row.database(), row.id());
        if (current == row || row.equals(current)) {
            return row;
        }
        if (past.feed().access() == Access.ACL && !mayRead(current)) {
            return null;
        }
        return withReadable(row, current == null ? List.of() : current.expansions());
    }

    private boolean mayRead(@Nullable Row current) {
        if (current == null) {
            return false;
        }
        return now.feed().access() == Access.PUBLIC
                || (current.acl() != null && current.acl().allows(caller, current.database(), rules));
    }

    private Row withReadable(Row row, List<Expansion> current) {
        List<Expansion> shown = new ArrayList<>();
        for (Expansion expansion : row.expansions()) {
            boolean readable = expansion.document() == null || isReadable(expansion, current);
            shown.add(readable ? expansion : new Expansion(expansion.field(), expansion.did(), expansion.ref()));
        }
        return shown.equals(row.expansions())
                ? row
                : new Row(row.database(), row.id(), row.sortKey(), row.document(), row.acl(), shown);
    }

    /** Whether the served generation's row refers to the same document, and it may be read. */
    private boolean isReadable(Expansion reference, List<Expansion> current) {
        Optional<String> owner = users.database(reference.did());
        return owner.isPresent()
                && current.stream()
                        .filter(one -> one.field().equals(reference.field())
                                && one.did().equals(reference.did())
                                && one.ref().equals(reference.ref()))
                        .anyMatch(one -> one.acl() != null
                                && Objects.requireNonNull(one.acl()).allows(caller, owner.get(), rules));
    }

    /** How many of these rows, which the earlier generation lets the caller read, may not be read any more. */
    int hidden(OrderedRows visible, Budget budget) {
        if (past.feed().access() == Access.PUBLIC) {
            return 0;
        }
        int hidden = 0;
        boolean isInHeap = past.generation().isInHeap();
        List<Row> changed =
                past.generation().notSharedWith(now.generation(), isInHeap ? Integer.MAX_VALUE : MOST_CHANGED);
        if (changed == null) {
            return UNKNOWN;
        }
        lookAhead(changed, budget);
        budget.spend((long) LOOKED_UP * changed.size());
        for (Row row : changed) {
            if (visible.contains(row) && shown(row) == null) {
                hidden++;
            }
        }
        return hidden;
    }
}
