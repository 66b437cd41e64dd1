package dev.matview.couch;

import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.testkit.Views;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A process that builds one view without end, each generation in portions, to be killed: each begins where the one before
 * was, and each generation says its own number in every row.
 */
final class StagingProcess {

    static final int PORTIONS = 6;
    private static final int SLICES = 5;
    private static final int ROWS = 120;

    private StagingProcess() {}

    /** Argument: the prefix of database names. The CouchDB comes by the environment. */
    public static void main(String[] arguments) {
        CouchCluster cluster =
                CouchCluster.builder(System.getenv("COUCHDB_URL")).build();
        CouchViewStore store = RefreshingProcess.store(cluster, arguments[0]);
        while (true) {
            System.out.println(build(store));
        }
    }

    /** Goes on with the next generation where it was, and commits it; says which. */
    static long build(CouchViewStore store) {
        long base = store.head(StoredViews.VIEW).map(ViewHead::generation).orElse(0L);
        ViewStage stage =
                store.stage(StoredViews.VIEW, base, fingerprint(base + 1)).orElseThrow();
        int aside = stage.head().isPresent() ? stage.read().slices().size() / SLICES : 0;
        for (int portion = aside; portion < PORTIONS - 1; portion++) {
            require(stage.add(delta(base, portion)));
        }
        require(stage.commit(delta(base, PORTIONS - 1)));
        return base + 1;
    }

    private static void require(boolean done) {
        if (!done) {
            throw new IllegalStateException("there is nobody else who builds it");
        }
    }

    static String fingerprint(long generation) {
        return "definition " + generation;
    }

    private static ViewDelta delta(long base, int portion) {
        ViewHead head = new ViewHead(base + 1, fingerprint(base + 1), Instant.EPOCH, PORTIONS * SLICES, 0);
        return new ViewDelta(StoredViews.VIEW, base, true, head, portion(base + 1, portion), Set.of());
    }

    private static List<SliceDelta> portion(long generation, int portion) {
        List<SliceDelta> slices = new ArrayList<>();
        for (int i = 0; i < SLICES; i++) {
            String database = "userdb-" + portion + "-" + i;
            List<Row> rows = new ArrayList<>();
            for (int id = 0; id < ROWS; id++) {
                rows.add(Views.row(database, "p" + id, "{\"generation\":" + generation + "}"));
            }
            slices.add(SliceDelta.of(Views.slice(database, generation, rows.toArray(Row[]::new))));
        }
        return slices;
    }

    /** A whole delta of the first portions of a generation. */
    static ViewDelta first(long generation, int portions) {
        List<SliceDelta> slices = new ArrayList<>();
        for (int portion = 0; portion < portions; portion++) {
            slices.addAll(portion(generation, portion));
        }
        return new ViewDelta(
                StoredViews.VIEW, generation - 1, true, delta(generation - 1, 0).head(), slices, Set.of());
    }
}
