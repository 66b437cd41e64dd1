package dev.matview.core.internal.position;

import dev.matview.core.internal.position.PositionCodec.Stem;
import dev.matview.core.spi.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what positions have alike, while slices are made. Knows few stems, so that finding one costs little. For one thread. */
public final class PositionStems {

    /** How many purge sequences are known, and how many stems with each. */
    private static final int MOST_PURGES = 1_000;

    private static final int MOST_WITH_ONE = 16;

    /** How many bytes more than another a stem has to spare each position. */
    private static final int WORTH = 8;

    private final Map<String, List<Stem>> byPurgeSeq = new HashMap<>();
    /** What was opaque in the position before this one. */
    private byte[] last = {};

    /** Some position has it, and others may. */
    public void know(Stem stem) {
        List<Stem> known = byPurgeSeq.get(stem.purgeSeq());
        if (known == null && byPurgeSeq.size() < MOST_PURGES) {
            known = new ArrayList<>(1);
            byPurgeSeq.put(stem.purgeSeq(), known);
        }
        if (known != null && known.size() < MOST_WITH_ONE) {
            known.add(stem);
        }
    }

    /** How many stems are known. */
    int known() {
        return byPurgeSeq.values().stream().mapToInt(List::size).sum();
    }

    /**
     * The stem for a position.
     *
     * @param before the one that the slice had; null for none
     */
    public Stem of(Position position, @Nullable Stem before) {
        byte[] opaque = PositionCodec.opaque(position.updateSeq());
        List<Stem> known = byPurgeSeq.getOrDefault(position.purgeSeq(), List.of());
        Stem best = before != null && before.purgeSeq().equals(position.purgeSeq()) && before.begins(opaque)
                ? before
                : null;
        for (Stem stem : known) {
            if (stem.begins(opaque) && (best == null || stem.length() > best.length())) {
                best = stem;
            }
        }
        int differs = Arrays.mismatch(last, opaque);
        int alike = differs < 0 ? opaque.length : differs;
        last = opaque;
        if (best != null && alike < best.length() + WORTH) {
            return best;
        }
        String purgeSeq = best != null
                ? best.purgeSeq()
                : known.isEmpty() ? position.purgeSeq() : known.get(0).purgeSeq();
        Stem found = new Stem(purgeSeq, Arrays.copyOf(opaque, alike < WORTH ? 0 : alike));
        know(found);
        return found;
    }
}
