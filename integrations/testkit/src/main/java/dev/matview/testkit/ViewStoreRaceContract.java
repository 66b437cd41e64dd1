package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link ViewStoreContract} about many that commit to one view while others read it: one committer wins each
 * generation, and no reader sees a mixed one. Every row and position carries the stamp of the generation it belongs to.
 */
abstract class ViewStoreRaceContract extends ViewStoreFormatContract {

    private static final String VIEW = "_global_posts";
    private static final int COMMITTERS = 4;
    private static final int READERS = 2;
    private static final int DATABASES = 5;
    private static final int ROWS = 6;

    @Test
    void oneCommitterWinsEachGenerationAndNoReaderSeesAMixedOne() throws Exception {
        Map<Long, String> winners = new ConcurrentHashMap<>();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(COMMITTERS + READERS);
        try {
            List<Future<?>> readers = new ArrayList<>();
            List<Future<?>> committers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                ViewStore store = store();
                readers.add(threads.submit(() -> readUntil(done, store)));
            }
            for (int i = 0; i < COMMITTERS; i++) {
                String name = "committer-" + i;
                ViewStore store = store();
                committers.add(threads.submit(() -> commitAll(name, store, winners)));
            }
            for (Future<?> committer : committers) {
                committer.get();
            }
            done.set(true);
            for (Future<?> reader : readers) {
                reader.get();
            }
            assertThat(winners).hasSize(generations());
            requireOneStamp(ViewModel.of(store().read(VIEW, 0).orElseThrow()));
        } finally {
            done.set(true);
            threads.shutdownNow();
            assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    private void commitAll(String committer, ViewStore store, Map<Long, String> winners) {
        while (true) {
            ViewModel current = store.read(VIEW, 0).map(ViewModel::of).orElseGet(ViewModel::new);
            if (current.generation() >= generations()) {
                return;
            }
            if (store.commit(next(committer, current))) {
                String other = winners.put(current.generation() + 1, committer);
                assertThat(other)
                        .as("another winner of generation %s", current.generation() + 1)
                        .isNull();
            }
        }
    }

    private static ViewDelta next(String committer, ViewModel current) {
        long base = current.generation();
        String stamp = (base + 1) + "-" + committer;
        ViewHead head = new ViewHead(base + 1, stamp, Instant.EPOCH, DATABASES, 0);
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            // Slices come and go, and rows with them: nothing of an earlier generation may shine through.
            if ((base + i) % 4 != 0) {
                slices.add(slice("userdb-" + i, stamp, (int) (base + i) % ROWS + 1));
            }
        }
        if (base % 7 == 0) {
            return ViewDelta.whole(VIEW, base, head, slices);
        }
        List<SliceDelta> changes = new ArrayList<>();
        for (Slice slice : slices) {
            Set<String> removed = current.rows().containsKey(slice.database())
                    ? new HashSet<>(current.rows().get(slice.database()).keySet())
                    : new HashSet<>();
            slice.rows().forEach(row -> removed.remove(row.id()));
            changes.add(new SliceDelta(slice.database(), slice.position(), slice.rows(), removed));
        }
        Set<String> dropped = new HashSet<>(current.positions().keySet());
        slices.forEach(slice -> dropped.remove(slice.database()));
        return new ViewDelta(VIEW, base, false, head, changes, dropped);
    }

    private static Slice slice(String database, String stamp, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Views.row(database, "post-" + i, "{\"stamp\":\"" + stamp + "\"}"));
        }
        return new Slice(database, new Position(stamp, "0", "0"), rows);
    }

    /** One copy is read whole each time, one is kept by deltas: both show whole generations, and both move forward. */
    private static void readUntil(AtomicBoolean done, ViewStore store) {
        ViewModel kept = new ViewModel();
        boolean last;
        do {
            last = done.get();
            long before = kept.generation();
            store.read(VIEW, before).ifPresent(kept::apply);
            assertThat(kept.generation()).isGreaterThanOrEqualTo(before);
            requireOneStamp(kept);
            store.read(VIEW, 0).map(ViewModel::of).ifPresent(ViewStoreRaceContract::requireOneStamp);
        } while (!last);
    }

    private static void requireOneStamp(ViewModel view) {
        ViewHead head = view.head();
        if (head == null) {
            return;
        }
        String stamp = head.fingerprint();
        assertThat(stamp).startsWith(view.generation() + "-");
        String document = "{\"stamp\":\"" + stamp + "\"}";
        view.positions().forEach((database, position) -> {
            assertThat(position.updateSeq()).as("the position of %s", database).isEqualTo(stamp);
            int index = Integer.parseInt(database.substring("userdb-".length()));
            int count = (int) (view.generation() - 1 + index) % ROWS + 1;
            assertThat(view.rows().get(database)).as("rows of %s", database).hasSize(count);
        });
        view.rows()
                .values()
                .forEach(rows -> rows.values()
                        .forEach(row -> assertThat(row).isEqualTo(Views.row(row.database(), row.id(), document))));
    }
}
