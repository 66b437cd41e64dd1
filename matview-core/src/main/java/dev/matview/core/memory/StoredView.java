package dev.matview.core.memory;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One generation of a view, and what undoes the last few commits. Immutable.
 *
 * @param undo the latest commit first, without a gap
 */
record StoredView(ViewHead head, Map<String, StoredSlice> slices, List<Undo> undo) {

    /** How many commits a reader may be behind and still get a difference. */
    static final int MAX_UNDO = 64;

    /** How many rows the slices that are kept to undo commits may list; nearly all of them are rows still in the view. */
    static final int MAX_UNDO_ROWS = 50_000;

    /**
     * What undoes one commit.
     *
     * @param before the slices that it changed, made or dropped, as they were: empty for one that was not there
     */
    record Undo(Map<String, Optional<StoredSlice>> before, int rows) {}

    static StoredView first(ViewDelta delta) {
        return new StoredView(delta.head(), put(new HashMap<>(), delta), List.of());
    }

    long generation() {
        return head.generation();
    }

    long rows() {
        return slices.values().stream().mapToLong(slice -> slice.rows().size()).sum();
    }

    StoredView next(ViewDelta delta) {
        if (delta.whole()) {
            return first(delta);
        }
        Map<String, StoredSlice> next = new HashMap<>(slices);
        next.keySet().removeAll(delta.dropped());
        return new StoredView(delta.head(), put(next, delta), remember(delta));
    }

    private static Map<String, StoredSlice> put(Map<String, StoredSlice> slices, ViewDelta delta) {
        for (SliceDelta change : delta.slices()) {
            slices.put(change.database(), StoredSlice.after(slices.get(change.database()), change));
        }
        return slices;
    }

    private List<Undo> remember(ViewDelta delta) {
        Map<String, Optional<StoredSlice>> before = new HashMap<>();
        delta.slices().forEach(change -> before.put(change.database(), slice(change.database())));
        delta.dropped().forEach(database -> before.put(database, slice(database)));
        int rows = 0;
        for (Optional<StoredSlice> slice : before.values()) {
            rows += 1 + slice.map(stored -> stored.rows().size()).orElse(0);
        }
        List<Undo> kept = new ArrayList<>();
        kept.add(new Undo(before, rows));
        kept.addAll(undo);
        int total = 0;
        for (int i = 0; i < kept.size(); i++) {
            total += kept.get(i).rows();
            if (i == MAX_UNDO || total > MAX_UNDO_ROWS) {
                return List.copyOf(kept.subList(0, i));
            }
        }
        return List.copyOf(kept);
    }

    private Optional<StoredSlice> slice(String database) {
        return Optional.ofNullable(slices.get(database));
    }

    /** What leads from that generation to this one. */
    ViewDelta since(String view, long generation) {
        long behind = generation() - generation;
        if (generation <= 0 || behind < 0 || behind > undo.size()) {
            return whole(view);
        }
        Map<String, Optional<StoredSlice>> then = new HashMap<>();
        undo.subList(0, (int) behind).forEach(commit -> then.putAll(commit.before()));
        List<SliceDelta> changed = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        then.forEach((database, before) -> {
            StoredSlice now = slices.get(database);
            if (now != null && !now.equals(before.orElse(null))) {
                changed.add(now.since(database, before.orElse(null)));
            } else if (now == null && before.isPresent()) {
                dropped.add(database);
            }
        });
        return new ViewDelta(view, generation, false, head, changed, dropped);
    }

    private ViewDelta whole(String view) {
        List<SliceDelta> all = new ArrayList<>(slices.size());
        slices.forEach((database, slice) -> all.add(slice.since(database, null)));
        return new ViewDelta(view, 0, true, head, all, Set.of());
    }
}
