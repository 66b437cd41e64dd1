package dev.matview.couch.internal.view;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which rows a generation has, and which document each of them is in; without what they say. It tells what a commit
 * supersedes, and whether what was read is the generation. Not thread-safe.
 */
final class ViewIndex {

    private static final long GONE = -1;

    private final Map<String, Held> slices = new HashMap<>();
    private ViewPointer.Totals totals = ViewPointer.Totals.NOTHING;

    private static final class Held {
        private long position = GONE;
        private Map<String, Long> rows = new HashMap<>();
    }

    ViewPointer.Totals totals() {
        return totals;
    }

    boolean holds(String database) {
        return slices.containsKey(database);
    }

    /** The ids of the slice's rows. */
    Set<String> ids(String database) {
        Held held = slices.get(database);
        return held == null ? Set.of() : Collections.unmodifiableSet(held.rows.keySet());
    }

    /** Whether the row's current version is in that place. */
    boolean isAt(String database, String id, long place) {
        Held held = slices.get(database);
        return held != null && held.rows.getOrDefault(id, GONE) == place;
    }

    /** Whether the slice's current position is in that place. */
    boolean isPositionAt(String database, long place) {
        Held held = slices.get(database);
        return held != null && held.position == place;
    }

    Change change() {
        return new Change();
    }

    /** What leads from this generation to a later one, not applied yet. */
    final class Change {
        private final Map<String, Edit> edits = new HashMap<>();
        private final Set<ViewDocumentId> touched = new HashSet<>();
        private long sliceCount = totals.slices();
        private long rowCount = totals.rows();
        private long checksum = totals.checksum();

        private Change() {}

        private final class Edit {
            private final @Nullable Held held;
            private boolean fresh;
            private long position;
            private final Map<String, Long> rows = new HashMap<>();

            private Edit(@Nullable Held held) {
                this.held = held;
                this.fresh = held == null;
                this.position = held == null ? GONE : held.position;
            }

            private long current(String id) {
                Long edited = rows.get(id);
                if (edited != null) {
                    return edited;
                }
                return fresh || held == null ? GONE : held.rows.getOrDefault(id, GONE);
            }
        }

        private Edit edit(String database) {
            return edits.computeIfAbsent(database, name -> new Edit(slices.get(name)));
        }

        ViewPointer.Totals totals() {
            return new ViewPointer.Totals(sliceCount, rowCount, checksum);
        }

        /** The documents in which something is superseded. */
        Set<ViewDocumentId> touched() {
            return touched;
        }

        void put(String database, String id, long place) {
            Edit edit = edit(database);
            supersede(database, id, edit.current(id));
            edit.rows.put(id, place);
            rowCount++;
            checksum += hash(database, id, place);
        }

        /** Says whether there was such a row. */
        boolean remove(String database, String id) {
            Edit edit = edit(database);
            long place = edit.current(id);
            supersede(database, id, place);
            edit.rows.put(id, GONE);
            return place != GONE;
        }

        private void supersede(String database, String id, long place) {
            if (place != GONE) {
                rowCount--;
                checksum -= hash(database, id, place);
                touched.add(ViewDocumentId.slice(database, place));
            }
        }

        void position(String database, long place) {
            Edit edit = edit(database);
            supersedePosition(database, edit.position);
            edit.position = place;
            sliceCount++;
            checksum += hash(database, null, place);
        }

        private void supersedePosition(String database, long place) {
            if (place != GONE) {
                sliceCount--;
                checksum -= hash(database, null, place);
                touched.add(ViewDocumentId.slice(database, place));
            }
        }

        void drop(String database) {
            Edit edit = edit(database);
            edit.rows.forEach((id, place) -> supersede(database, id, place));
            if (!edit.fresh && edit.held != null) {
                edit.held.rows.forEach((id, place) -> {
                    if (!edit.rows.containsKey(id)) {
                        supersede(database, id, place);
                    }
                });
            }
            edit.rows.clear();
            edit.fresh = true;
            supersedePosition(database, edit.position);
            edit.position = GONE;
        }

        void apply() {
            edits.forEach((database, edit) -> {
                Held held = edit.fresh || edit.held == null ? new Held() : edit.held;
                if (held.rows.isEmpty()) {
                    held.rows = edit.rows;
                    held.rows.values().removeIf(place -> place == GONE);
                } else {
                    edit.rows.forEach((id, place) -> {
                        if (place == GONE) {
                            held.rows.remove(id);
                        } else {
                            held.rows.put(id, place);
                        }
                    });
                }
                held.position = edit.position;
                if (held.position == GONE && held.rows.isEmpty()) {
                    slices.remove(database);
                } else {
                    slices.put(database, held);
                }
            });
            totals = totals();
        }
    }

    private static long hash(String database, @Nullable String id, long place) {
        long hash = text(0xcbf29ce484222325L, database);
        hash = id == null ? hash * 31 + 7 : text(hash * 31 + 11, id);
        hash ^= place * 0x9e3779b97f4a7c15L;
        // The finalizer of MurmurHash3: neighbouring places must not cancel each other out.
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    /** FNV-1a over the characters. */
    private static long text(long hash, String text) {
        long result = hash;
        for (int i = 0; i < text.length(); i++) {
            result = (result ^ text.charAt(i)) * 0x100000001b3L;
        }
        return result;
    }
}
