package dev.matview.core.internal.refresh;

import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The slices that a visit found moved, and that wait: for the end of the visit, or until they are put aside, where the view
 * is built. Thread-safe.
 */
final class FoundSlices {

    private final RowRoom room;
    private final Map<String, Slice> whole = new ConcurrentHashMap<>();
    private final Map<String, SliceChange> changes = new ConcurrentHashMap<>();

    /** Null where nothing is put aside. */
    private volatile @Nullable Build build;
    /** How many bytes of rows wait to be put aside. */
    private final AtomicLong waiting = new AtomicLong();
    /** How many are aside that this visit found. */
    private final AtomicInteger putAside = new AtomicInteger();
    /** Those aside that the visit could not read, and which are as they were. */
    private final Set<String> behind = ConcurrentHashMap.newKeySet();
    /** Those aside that cannot be shown. */
    private final Set<String> withheld = ConcurrentHashMap.newKeySet();

    FoundSlices(ViewMemory memory) {
        this.room = new RowRoom(memory, this::clear);
    }

    /** The memory that they take. */
    RowRoom room() {
        return room;
    }

    /** Whether what is aside can be carried over to what another process has committed: not what a store keeps alone. */
    boolean canBeRebased() {
        Base aside = aside();
        return aside == null || aside.isInHeap();
    }

    /** From now on, what is found is put aside, beside what was before. */
    void buildIn(Build staged) {
        build = staged;
        staged.resume(room);
    }

    @Nullable
    Build build() {
        return build;
    }

    /** What is aside; null for nothing. */
    @Nullable
    Base aside() {
        Build staged = build;
        return staged == null ? null : staged.aside();
    }

    void add(Slice slice, int databases) {
        whole.put(slice.database(), slice);
        waits(slice.rows(), databases);
    }

    void add(SliceChange change, int databases) {
        changes.put(change.database(), change);
        waits(change.put(), databases);
    }

    /** These rows wait to be put aside. Where they are too many, whoever comes waits until they are. */
    private void waits(List<Row> rows, int databases) {
        Build staged = build;
        if (staged == null) {
            return;
        }
        long bytes = waiting.addAndGet(rows.stream().mapToLong(Row::bytes).sum());
        if (staged.isDue(bytes)) {
            synchronized (staged) {
                if (staged.isDue(waiting.get())) {
                    waiting.set(0);
                    putAside(staged, databases);
                }
            }
        }
    }

    private void putAside(Build staged, int databases) {
        try {
            List<SliceDelta> portion = take(staged.aside());
            long more = staged.add(portion, databases);
            room.putAside(portion.stream().map(SliceDelta::database).toList(), more);
            putAside.addAndGet(portion.size());
        } catch (ViewStoreException e) {
            // What was taken is lost, and whoever brought the last of it has no part in that.
            room.fail(e);
        }
    }

    /** Puts aside what still waits, where something is aside. */
    void putRestAside(int databases) {
        Build staged = build;
        if (staged != null && staged.aside() != null && !isEmpty()) {
            waiting.set(0);
            putAside(staged, databases);
        }
    }

    /** Whether so much that is to be put aside is to be so now. */
    boolean isDue(long bytes) {
        Build staged = build;
        return staged != null && staged.isDue(bytes);
    }

    /**
     * Puts rows of slices that are aside in the place of what they were, if there is room.
     *
     * @param more how much more memory they take
     */
    void replaceAside(Map<String, List<Row>> rows, long more, int databases) {
        Build staged = build;
        Base aside = aside();
        long taken = Math.max(0, more);
        if (staged == null || aside == null || rows.isEmpty() || !room.takeAside(taken)) {
            return;
        }
        List<SliceDelta> portion = new ArrayList<>();
        portion.addAll(aside.differences(List.of(), Map.of(), rows));
        try {
            room.putAside(List.of(), staged.add(portion, databases) - taken);
        } catch (ViewStoreException e) {
            room.fail(e);
        }
    }

    /** The database could not be read. */
    void failed(String database) {
        Base aside = aside();
        if (aside != null && aside.holds(database)) {
            behind.add(database);
        }
    }

    /** Keeps what is aside of a database out of the view; says whether it was to be in it as the visit found it. */
    boolean withhold(String database) {
        Base aside = aside();
        return aside != null && aside.holds(database) && withheld.add(database) && !behind.contains(database);
    }

    /** Those aside that are not to be in the view. */
    Set<String> withheld() {
        return withheld;
    }

    /** Those that wait, as changes of what is aside. They are forgotten here. */
    private List<SliceDelta> take(@Nullable Base aside) {
        List<Slice> slices = new ArrayList<>();
        for (String database : whole.keySet()) {
            Slice slice = whole.remove(database);
            if (slice != null) {
                slices.add(slice);
            }
        }
        Map<String, SliceChange> changed = new HashMap<>();
        for (String database : changes.keySet()) {
            SliceChange change = changes.remove(database);
            if (change != null) {
                changed.put(database, change);
            }
        }
        return differences(aside, slices, changed);
    }

    /** Those that wait, as changes of what is aside. */
    List<SliceDelta> unstaged() {
        return differences(aside(), whole.values(), changes);
    }

    private static List<SliceDelta> differences(
            @Nullable Base aside, Collection<Slice> whole, Map<String, SliceChange> changes) {
        return aside == null
                ? whole.stream().map(SliceDelta::of).toList()
                : aside.differences(whole, changes, Map.of());
    }

    /** All of a view that is being built in the heap, those that are aside too, without those that are gone. */
    List<Slice> all(Set<String> gone) {
        if (!(aside() instanceof Snapshot aside)) {
            return List.copyOf(whole.values());
        }
        Set<String> dropped = new HashSet<>(gone);
        List<SliceDelta> waiting = unstaged();
        waiting.forEach(slice -> dropped.remove(slice.database()));
        Snapshot built = Snapshot.built(aside, new ViewDelta(aside.view(), 0, true, aside.head(), waiting, dropped));
        List<Slice> all = new ArrayList<>();
        built.positions()
                .forEach((database, position) ->
                        all.add(new Slice(database, position, built.slice(database), built.leftOut(database))));
        return all;
    }

    /** Takes one away that waits; says whether it was there. */
    boolean remove(String database) {
        return whole.remove(database) != null | changes.remove(database) != null;
    }

    /** Those that were read whole, by database. */
    Map<String, Slice> whole() {
        return whole;
    }

    /** What changed in those that were not read whole, by database. */
    Map<String, SliceChange> changes() {
        return changes;
    }

    /** How many were found, whether or not they wait. */
    int count() {
        return putAside.get() + whole.size() + changes.size();
    }

    boolean isEmpty() {
        return whole.isEmpty() && changes.isEmpty();
    }

    /** Nothing of it is of use. */
    void clear() {
        build = null;
        whole.clear();
        changes.clear();
    }
}
