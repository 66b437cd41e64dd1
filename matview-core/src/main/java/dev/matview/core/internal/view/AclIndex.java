package dev.matview.core.internal.view;

import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The rows that an ACL feed shows of one generation, by who may read them. Immutable; the next generation's is made of it by the rows
 * that differ, and shares the rest. Nothing is kept for a caller.
 *
 * <p>A row whose ACL denies everybody, and one that has none as it was made while the feed was public, is nobody's. Any
 * other without certificate rules is either <i>open</i>, when its ACL allows everybody, or <i>owned</i>; and it is named by
 * each DID that its ACL denies or, when it is owned, allows and does not deny. What a caller with a DID and a database of
 * its own may read is then four parts, of which no two have a row in common:
 *
 * <ol>
 *   <li>the open rows, but for those that deny the DID;
 *   <li>the rows owned by the database, but for those that deny the DID;
 *   <li>the owned rows that allow the DID, but for those owned by the database, which are in the second part;
 *   <li>of the rows with rules, those that the rules and the rest of the ACL let the caller read. They are looked at one by one, as
 *       rules may say something else another time.
 * </ol>
 *
 * What is left out of each part is within it. So a total, or the place of a row, is a sum of three differences and the
 * fourth part's number, and each is a matter of two searches; a page is merged of the four ({@link MergedRows}). Without a
 * DID the third part is empty and nobody is denied, without a database the second.
 *
 * <p>All is in {@link OrderedTree}s in which what belongs together is one run: an open or owned row takes a reference, each
 * DID that names it a {@link NamedRow} and one or two references to that.
 */
public final class AclIndex {

    /** The bytes that a reference takes in a tree, about. */
    private static final int REFERENCE = 5;

    private static final Comparator<Row> IN_ORDER = Comparator.naturalOrder();
    private static final Comparator<Row> BY_OWNER =
            Comparator.comparing(Row::database).thenComparing(IN_ORDER);

    private final OrderedRows shown;

    private final OrderedTree<Row> open;
    private final OrderedTree<Row> owned;
    private final OrderedTree<Row> ruled;
    private final OrderedTree<NamedRow> openDenied;
    private final OrderedTree<NamedRow> ownedDenied;
    private final OrderedTree<NamedRow> allowed;
    /** The same entries as {@link #allowed}, by their owners. */
    private final OrderedTree<NamedRow> allowedByOwner;

    /** Rows, sorted out by their ACLs; all in the order of rows. */
    private static final class Entries {
        private final List<Row> open = new ArrayList<>();
        private final List<Row> owned = new ArrayList<>();
        private final List<Row> ruled = new ArrayList<>();
        private final List<NamedRow> openDenied = new ArrayList<>();
        private final List<NamedRow> ownedDenied = new ArrayList<>();
        private final List<NamedRow> allowed = new ArrayList<>();

        /** @param rows in their order */
        Entries(Iterable<Row> rows) {
            for (Row row : rows) {
                Acl acl = row.acl();
                if (acl != null && !acl.deniesEverybody()) {
                    add(row, acl);
                }
            }
        }

        static Entries sorted(List<Row> rows) {
            List<Row> sorted = new ArrayList<>(rows);
            sorted.sort(IN_ORDER);
            return new Entries(sorted);
        }

        private void add(Row row, Acl acl) {
            if (acl.asksRules()) {
                ruled.add(row);
            } else if (acl.allowsEverybody()) {
                open.add(row);
                acl.deny().forEach(did -> openDenied.add(new NamedRow(did, row)));
            } else {
                owned.add(row);
                acl.deny().forEach(did -> ownedDenied.add(new NamedRow(did, row)));
                acl.allow().stream()
                        .filter(did -> !acl.deny().contains(did))
                        .forEach(did -> allowed.add(new NamedRow(did, row)));
            }
        }
    }

    private AclIndex(OrderedRows shown) {
        this.shown = shown;
        this.open = OrderedTree.empty();
        this.owned = OrderedTree.empty();
        this.ruled = OrderedTree.empty();
        this.openDenied = OrderedTree.empty();
        this.ownedDenied = OrderedTree.empty();
        this.allowed = OrderedTree.empty();
        this.allowedByOwner = OrderedTree.empty();
    }

    private AclIndex(OrderedRows shown, AclIndex before, Entries leaving, Entries coming) {
        this.shown = shown;
        this.open = before.open.edit(rows(leaving.open), rows(coming.open), IN_ORDER);
        this.owned = before.owned.edit(byOwner(leaving.owned), byOwner(coming.owned), BY_OWNER);
        this.ruled = before.ruled.edit(rows(leaving.ruled), rows(coming.ruled), IN_ORDER);
        this.openDenied = before.openDenied.edit(byDid(leaving.openDenied), byDid(coming.openDenied), NamedRow.BY_DID);
        this.ownedDenied = before.ownedDenied.edit(
                byDidAndOwner(leaving.ownedDenied), byDidAndOwner(coming.ownedDenied), NamedRow.BY_DID_AND_OWNER);
        this.allowed = before.allowed.edit(byDid(leaving.allowed), byDid(coming.allowed), NamedRow.BY_DID);
        this.allowedByOwner = before.allowedByOwner.edit(
                byDidAndOwner(leaving.allowed), byDidAndOwner(coming.allowed), NamedRow.BY_DID_AND_OWNER);
    }

    private static Row[] rows(List<Row> rows) {
        return rows.toArray(Row[]::new);
    }

    private static Row[] byOwner(List<Row> rows) {
        return Grouping.by(Row::database, rows).toArray(Row[]::new);
    }

    private static NamedRow[] byDid(List<NamedRow> rows) {
        return Grouping.by(NamedRow::did, rows).toArray(NamedRow[]::new);
    }

    private static NamedRow[] byDidAndOwner(List<NamedRow> rows) {
        return byDid(Grouping.by(named -> named.row().database(), rows));
    }

    /** The index of all that is shown. */
    static AclIndex of(OrderedRows shown) {
        return new AclIndex(shown, new AclIndex(shown), new Entries(List.of()), new Entries(shown));
    }

    /** The index of what is shown after these changes. Costs what they touch. */
    AclIndex after(RowChanges changes, OrderedRows nowShown) {
        return new AclIndex(nowShown, this, Entries.sorted(changes.leaving()), Entries.sorted(changes.coming()));
    }

    /**
     * The rows that the caller may read, in the feed's order.
     *
     * @param ruledFor those with rules, as {@link #ruledFor} gives them
     */
    public OrderedRows visible(Caller caller, OrderedTree<Row> ruledFor) {
        String did = caller.did();
        String database = caller.database();
        List<RowsBut> parts = new ArrayList<>();
        parts.add(new RowsBut(RowRun.all(open), did == null ? RowRun.none() : named(openDenied, did)));
        if (database != null) {
            parts.add(new RowsBut(
                    new RowRun<>(owned, row -> database.compareTo(row.database()), row -> row),
                    did == null ? RowRun.none() : named(ownedDenied, did, database)));
        }
        if (did != null) {
            parts.add(new RowsBut(
                    named(allowed, did), database == null ? RowRun.none() : named(allowedByOwner, did, database)));
        }
        parts.add(new RowsBut(RowRun.all(ruledFor), RowRun.none()));
        return new MergedRows(shown, parts);
    }

    private static RowRun<NamedRow> named(OrderedTree<NamedRow> tree, String did) {
        return new RowRun<>(tree, named -> did.compareTo(named.did()), NamedRow::row);
    }

    private static RowRun<NamedRow> named(OrderedTree<NamedRow> tree, String did, String database) {
        return new RowRun<>(
                tree,
                named -> {
                    int order = did.compareTo(named.did());
                    return order != 0 ? order : database.compareTo(named.row().database());
                },
                NamedRow::row);
    }

    /** Whether there are rows that certificate rules decide on. */
    public boolean hasRuled() {
        return !ruled.isEmpty();
    }

    /** The rows that certificate rules decide on, as far as the caller may read them: the rules are asked for each. */
    public OrderedTree<Row> ruledFor(Caller caller, CertificateRules rules, Budget budget) {
        // Paid first: a budget that does not suffice is to end before anything is done.
        budget.spend(ruled.size());
        List<Row> readable = new ArrayList<>();
        for (Row row : ruled) {
            Acl acl = row.acl();
            if (acl != null) {
                budget.spend(acl.allowRules().size() + acl.denyRules().size());
                if (acl.allows(caller, row.database(), rules)) {
                    readable.add(row);
                }
            }
        }
        return OrderedTree.of(readable.toArray(Row[]::new), IN_ORDER);
    }

    /** How much memory it takes beside the other, in references. Costs what differs. */
    long referencesNotSharedWith(AclIndex other) {
        return open.differences(other.open, IN_ORDER, (mine, theirs) -> {})
                + owned.differences(other.owned, BY_OWNER, (mine, theirs) -> {})
                + ruled.differences(other.ruled, IN_ORDER, (mine, theirs) -> {})
                + references(openDenied, other.openDenied, NamedRow.BY_DID)
                + references(ownedDenied, other.ownedDenied, NamedRow.BY_DID_AND_OWNER)
                + references(allowed, other.allowed, NamedRow.BY_DID)
                + allowedByOwner.differences(other.allowedByOwner, NamedRow.BY_DID_AND_OWNER, (mine, theirs) -> {});
    }

    /** How much memory it takes, about; costs nothing to tell. */
    public long bytes() {
        long rows = (long) open.size() + owned.size() + ruled.size() + allowedByOwner.size();
        long named = (long) openDenied.size() + ownedDenied.size() + allowed.size();
        return REFERENCE * (rows + named * (1 + NamedRow.REFERENCES));
    }

    /** How much memory it takes, in references. */
    long allReferences() {
        return referencesNotSharedWith(new AclIndex(shown));
    }

    private static long references(
            OrderedTree<NamedRow> tree, OrderedTree<NamedRow> other, Comparator<NamedRow> order) {
        long[] own = {0};
        long nodes = tree.differences(other, order, (mine, theirs) -> own[0] += mine == null ? 0 : 1);
        return nodes + NamedRow.REFERENCES * own[0];
    }
}
