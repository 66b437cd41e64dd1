package dev.matview.testkit;

import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Rows, slices and deltas for tests of view stores, made without a feed. */
public final class Views {

    private Views() {}

    public static Row row(String database, String id, String json) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        return new Row(database, id, key, json.getBytes(StandardCharsets.UTF_8), null);
    }

    public static Position position(Object updateSeq) {
        return new Position(updateSeq.toString(), "0-purge", "1700000000");
    }

    public static ViewHead head(long generation) {
        return new ViewHead(generation, "fingerprint-" + generation, Instant.ofEpochMilli(generation * 1_001), 7, 2);
    }

    public static Slice slice(String database, Object updateSeq, Row... rows) {
        return new Slice(database, position(updateSeq), List.of(rows));
    }

    public static SliceDelta put(String database, Object updateSeq, Row... rows) {
        return SliceDelta.of(slice(database, updateSeq, rows));
    }

    public static SliceDelta remove(String database, Object updateSeq, String... ids) {
        return new SliceDelta(database, position(updateSeq), List.of(), Set.of(ids));
    }

    /** The delta from the base to the next generation. */
    public static ViewDelta delta(String view, long base, SliceDelta... slices) {
        return new ViewDelta(view, base, false, head(base + 1), List.of(slices), Set.of());
    }

    public static ViewDelta dropping(String view, long base, Set<String> dropped, SliceDelta... slices) {
        return new ViewDelta(view, base, false, head(base + 1), List.of(slices), dropped);
    }

    public static ViewDelta whole(String view, long base, Slice... slices) {
        return ViewDelta.whole(view, base, head(base + 1), List.of(slices));
    }
}
