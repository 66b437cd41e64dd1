package dev.matview.core.internal.read;

import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one generation of an ACL feed, sorted by who may read them. Built once for a generation, in one pass; what
 * a caller sees is then the rows open to all, shared, merged with the few that name the caller, its database or
 * everybody but someone. Immutable.
 */
final class AclIndex {

    private final int rows;
    private final Row[] open;
    private final Map<String, List<Row>> byOwner = new HashMap<>();
    private final Map<String, List<Row>> byDid = new HashMap<>();
    /** Rows whose rules must be asked for each caller: everybody but someone, and certificates. */
    private final List<Row> ruled = new ArrayList<>();

    AclIndex(OrderedRows rows) {
        this.rows = rows.size();
        List<Row> openRows = new ArrayList<>();
        for (Row row : rows) {
            // A row without an ACL was made while the feed was public; nobody may see it until it is made anew.
            Acl acl = row.acl();
            if (acl != null) {
                if (acl.isOpen()) {
                    openRows.add(row);
                } else {
                    restrict(row, acl);
                }
            }
        }
        open = openRows.toArray(Row[]::new);
    }

    private void restrict(Row row, Acl acl) {
        if (acl.allow().contains("*") || !acl.allowRules().isEmpty()) {
            ruled.add(row);
            return;
        }
        byOwner.computeIfAbsent(row.database(), owner -> new ArrayList<>()).add(row);
        acl.allow()
                .forEach(did ->
                        byDid.computeIfAbsent(did, name -> new ArrayList<>()).add(row));
    }

    /** How many rows were sorted. */
    int rows() {
        return rows;
    }

    /** How many rows are looked at one by one to tell what the caller may read. */
    int askedFor(Caller caller) {
        return ruled.size() + count(byOwner, caller.database()) + count(byDid, caller.did());
    }

    private static int count(Map<String, List<Row>> index, @Nullable String name) {
        return name == null ? 0 : index.getOrDefault(name, List.of()).size();
    }

    /** The rows the caller may read, in the feed's order. */
    OrderedRows visible(Caller caller, CertificateRules rules) {
        TreeSet<Row> own = new TreeSet<>();
        add(own, byOwner, caller.database());
        add(own, byDid, caller.did());
        own.addAll(ruled);
        own.removeIf(row -> !isAllowed(row, caller, rules));
        return new Merged(open, own.toArray(Row[]::new));
    }

    private static boolean isAllowed(Row row, Caller caller, CertificateRules rules) {
        Acl acl = row.acl();
        return acl != null && acl.allows(caller, row.database(), rules);
    }

    private static void add(TreeSet<Row> rows, Map<String, List<Row>> index, @Nullable String name) {
        if (name != null) {
            rows.addAll(index.getOrDefault(name, List.of()));
        }
    }

    /** Two ordered arrays read as one, without copying the large one. */
    private static final class Merged implements OrderedRows {

        private final Row[] many;
        private final Row[] few;
        /** Where among all each of the few stands. */
        private final int[] places;

        Merged(Row[] many, Row[] few) {
            this.many = many;
            this.few = few;
            this.places = new int[few.length];
            for (int i = 0; i < few.length; i++) {
                places[i] = i - Arrays.binarySearch(many, few[i]) - 1;
            }
        }

        @Override
        public int size() {
            return many.length + few.length;
        }

        @Override
        public List<Row> page(@Nullable Row after, int skip, int limit) {
            int follower = after == null ? 0 : follower(many, after) + follower(few, after);
            int begin = (int) Math.min(size(), (long) follower + skip);
            int end = (int) Math.min(size(), (long) begin + limit);
            int fewPassed = Arrays.binarySearch(places, begin);
            int ofFew = fewPassed < 0 ? -fewPassed - 1 : fewPassed;
            Row[] page = new Row[end - begin];
            for (int i = 0; i < page.length; i++) {
                int place = begin + i;
                boolean isFew = ofFew < few.length && places[ofFew] == place;
                page[i] = isFew ? few[ofFew++] : many[place - ofFew];
            }
            return List.of(page);
        }

        @Override
        public int place(Row row) {
            return place(many, row) + place(few, row);
        }

        private static int place(Row[] rows, Row row) {
            int found = Arrays.binarySearch(rows, row);
            return found < 0 ? -found - 1 : found;
        }

        /** The number of the first row after that one. */
        private static int follower(Row[] rows, Row row) {
            int found = Arrays.binarySearch(rows, row);
            return found < 0 ? -found - 1 : found + 1;
        }
    }
}
