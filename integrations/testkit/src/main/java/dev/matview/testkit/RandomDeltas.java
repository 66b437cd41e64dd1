package dev.matview.testkit;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Changes of a view as refreshes make them, drawn at random over few names so that they meet each other often. */
final class RandomDeltas {

    private static final int DATABASES = 6;
    private static final int IDS = 8;

    private RandomDeltas() {}

    static ViewDelta next(Random random, String view, ViewModel before) {
        long base = before.generation();
        if (base == 0 || random.nextInt(15) == 0) {
            return whole(random, view, base);
        }
        List<SliceDelta> slices = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        for (int i = 0; i < DATABASES; i++) {
            String database = "userdb-" + i;
            switch (random.nextInt(6)) {
                case 0 -> slices.add(change(random, database, before));
                case 1 -> dropped.add(database);
                default -> {}
            }
        }
        return new ViewDelta(view, base, false, Views.head(base + 1), slices, dropped);
    }

    private static ViewDelta whole(Random random, String view, long base) {
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            if (random.nextBoolean()) {
                String database = "userdb-" + i;
                slices.add(new Slice(
                        database, Views.position(random.nextInt()), rows(random, database), leftOut(random, database)));
            }
        }
        return ViewDelta.whole(view, base, Views.head(base + 1), slices);
    }

    private static SliceDelta change(Random random, String database, ViewModel before) {
        List<Row> put = rows(random, database);
        Set<String> removed = new HashSet<>(
                before.rows().containsKey(database)
                        ? before.rows().get(database).keySet()
                        : Set.of());
        put.forEach(row -> removed.remove(row.id()));
        removed.removeIf(id -> random.nextBoolean());
        return new SliceDelta(database, Views.position(random.nextInt()), put, removed, leftOut(random, database));
    }

    private static LeftOut leftOut(Random random, String database) {
        LeftOut leftOut = LeftOut.NOTHING;
        for (int i = random.nextInt(3); i > 0; i--) {
            LeftOut.Reason reason = LeftOut.Reason.values()[random.nextInt(LeftOut.Reason.values().length)];
            leftOut = leftOut.and(
                    new LeftOut(1 + i, List.of(new LeftOut.Example(database, "bad \"" + i + "/é", reason))));
        }
        return leftOut;
    }

    private static List<Row> rows(Random random, String database) {
        List<Row> rows = new ArrayList<>();
        for (int id = 0; id < IDS; id++) {
            if (random.nextInt(3) == 0) {
                rows.add(Views.row(database, "post-" + id, "{\"n\":" + random.nextInt(4) + "}"));
            }
        }
        return rows;
    }
}
