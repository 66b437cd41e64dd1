package dev.matview.core.internal.refresh;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The references of a generation that is in the heap. The one for the next generation is
 * made of this by the rows that differ; both share the rest. Immutable.
 */
final class HeldReferences implements References {

    private static final Reference[] NONE = {};
    private static final Comparator<Reference> ORDER = Comparator.naturalOrder();

    private final Snapshot generation;
    private final FeedDefinition feed;
    private final UserDatabases users;
    /** To documents in databases that the feed covers. */
    private final OrderedTree<Reference> covered;
    /** To documents in others, of whose changes nobody tells. */
    private final OrderedTree<Reference> outside;

    /** @param row the one that refers to the document; its identity counts, not its state */
    private record Reference(String database, String id, Row row) implements Comparable<Reference> {

        @Override
        public int compareTo(Reference other) {
            int order = compare(database, other.database);
            if (order == 0) {
                order = compare(id, other.id);
            }
            if (order == 0) {
                order = compare(row.database(), other.row.database());
            }
            return order != 0 ? order : row.id().compareTo(other.row.id());
        }
    }

    /** They are mostly one object, which only {@code equals} sees at once. */
    private static int compare(String one, String other) {
        return one.equals(other) ? 0 : one.compareTo(other);
    }

    private HeldReferences(
            Snapshot generation,
            FeedDefinition feed,
            UserDatabases users,
            OrderedTree<Reference> covered,
            OrderedTree<Reference> outside) {
        this.generation = generation;
        this.feed = feed;
        this.users = users;
        this.covered = covered;
        this.outside = outside;
    }

    /** Those of all rows of a generation. */
    static HeldReferences of(Snapshot generation, FeedDefinition feed, UserDatabases users) {
        List<Row> rows = new ArrayList<>();
        generation.forEach(rows::add);
        return new HeldReferences(generation, feed, users, OrderedTree.empty(), OrderedTree.empty())
                .edited(generation, List.of(), rows);
    }

    Snapshot generation() {
        return generation;
    }

    /** Those of a later generation of the view, or of any other. Costs what differs. */
    HeldReferences of(Snapshot other) {
        if (other == generation) {
            return this;
        }
        List<Row> leaving = new ArrayList<>();
        List<Row> coming = new ArrayList<>();
        other.differences(generation, (mine, theirs) -> {
            if (mine != null) {
                coming.add(mine);
            }
            // Otherwise what comes takes its places.
            if (theirs != null && (mine == null || !refersAlike(mine, theirs))) {
                leaving.add(theirs);
            }
        });
        return edited(other, leaving, coming);
    }

    private static boolean refersAlike(Row one, Row other) {
        List<Expansion> mine = one.expansions();
        List<Expansion> theirs = other.expansions();
        for (int i = 0; i < mine.size() && i < theirs.size(); i++) {
            if (!mine.get(i).did().equals(theirs.get(i).did())
                    || !mine.get(i).ref().equals(theirs.get(i).ref())) {
                return false;
            }
        }
        return mine.size() == theirs.size();
    }

    private HeldReferences edited(Snapshot next, List<Row> leaving, List<Row> coming) {
        Split removals = new Split();
        leaving.forEach(removals::add);
        Split additions = new Split();
        coming.forEach(additions::add);
        return new HeldReferences(
                next,
                feed,
                users,
                covered.edit(sorted(removals.covered), sorted(additions.covered), ORDER),
                outside.edit(sorted(removals.outside), sorted(additions.outside), ORDER));
    }

    private static Reference[] sorted(List<Reference> references) {
        Reference[] sorted = references.toArray(NONE);
        Arrays.sort(sorted);
        int count = 0;
        for (Reference reference : sorted) {
            // A row may refer to one document twice.
            if (count == 0 || sorted[count - 1].compareTo(reference) != 0) {
                sorted[count++] = reference;
            }
        }
        return count == sorted.length ? sorted : Arrays.copyOf(sorted, count);
    }

    /** HeldReferences of some rows, by whether the feed covers where they lead. */
    private final class Split {
        private final List<Reference> covered = new ArrayList<>();
        private final List<Reference> outside = new ArrayList<>();
        /** Names are held once, however many rows lead there. */
        private final Map<String, @Nullable String> names = new HashMap<>();

        void add(Row row) {
            for (Expansion reference : row.expansions()) {
                String database = names.computeIfAbsent(
                        reference.did(),
                        did -> users.database(did)
                                .map(HeldReferences.this::known)
                                .orElse(null));
                if (database != null) {
                    (feed.covers(database) ? covered : outside).add(new Reference(database, reference.ref(), row));
                }
            }
        }
    }

    /** The same text, as one object with that of rows that refer there already. */
    private String known(String database) {
        OrderedTree<Reference> tree = feed.covers(database) ? covered : outside;
        int first = tree.before(beside(database, null, false));
        boolean is = first < tree.size() && tree.get(first).database.equals(database);
        return is ? tree.get(first).database : database;
    }

    @Override
    public List<Row> to(String database) {
        List<Row> rows = new ArrayList<>();
        addTo(rows, covered, database, null);
        addTo(rows, outside, database, null);
        return rows;
    }

    @Override
    public List<Row> to(String database, String id) {
        List<Row> rows = new ArrayList<>();
        addTo(rows, covered, database, id);
        addTo(rows, outside, database, id);
        return rows;
    }

    private static void addTo(List<Row> rows, OrderedTree<Reference> tree, String database, @Nullable String id) {
        int begin = tree.before(beside(database, id, false));
        int end = tree.before(beside(database, id, true));
        tree.list(begin, end).forEach(reference -> rows.add(reference.row));
    }

    /** A key right before, or right after, all references to a document, or to any of a database. */
    private static Comparable<Reference> beside(String database, @Nullable String id, boolean after) {
        return reference -> {
            int order = database.compareTo(reference.database);
            if (order == 0 && id != null) {
                order = id.compareTo(reference.id);
            }
            return order != 0 ? order : after ? 1 : -1;
        };
    }

    @Override
    public List<Row> outside() {
        List<Row> rows = new ArrayList<>();
        outside.forEach(reference -> rows.add(reference.row));
        return rows;
    }

    @Override
    public @Nullable Expansion held(String database, String id) {
        for (OrderedTree<Reference> tree : List.of(covered, outside)) {
            int first = tree.before(beside(database, id, false));
            if (first < tree.size()) {
                Reference reference = tree.get(first);
                if (reference.database.equals(database) && reference.id.equals(id)) {
                    return expansion(reference);
                }
            }
        }
        return null;
    }

    private @Nullable Expansion expansion(Reference reference) {
        for (Expansion expansion : reference.row.expansions()) {
            if (expansion.ref().equals(reference.id)
                    && users.database(expansion.did())
                            .filter(reference.database::equals)
                            .isPresent()) {
                return expansion;
            }
        }
        return null;
    }
}
