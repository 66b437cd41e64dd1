package dev.matview.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.ViewModel;
import dev.matview.testkit.Views;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A view of which each generation is told by every row and every position: what is read of two is seen. */
final class Stamped {

    static final String VIEW = "stamped";
    static final int DATABASES = 5;
    static final int ROWS = 20;

    private Stamped() {}

    /** All rows and positions anew, of the generation after that one. */
    static ViewDelta next(long base) {
        String stamp = "stamp-" + (base + 1);
        ViewHead head = new ViewHead(base + 1, stamp, Instant.EPOCH, DATABASES, 0);
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            String database = "userdb-" + i;
            List<Row> rows = new ArrayList<>();
            for (int n = 0; n < ROWS; n++) {
                rows.add(Views.row(database, "post-" + n, "{\"stamp\":\"" + stamp + "\"}"));
            }
            slices.add(new Slice(database, new Position(stamp, "0", "0"), rows));
        }
        return base == 0
                ? ViewDelta.whole(VIEW, 0, head, slices)
                : new ViewDelta(VIEW, base, false, head, slices.stream().map(SliceDelta::of).toList(), Set.of());
    }

    /** The number of the current generation, which is whole; 0 where there is none. */
    static long requireWhole(SqlViewStore store) {
        ViewDelta read = store.read(VIEW, 0).orElse(null);
        if (read == null) {
            return 0;
        }
        ViewModel.of(read).assertSameAs(ViewModel.of(whole(read.head().generation())));
        return read.head().generation();
    }

    private static ViewDelta whole(long generation) {
        ViewDelta last = next(generation - 1);
        return new ViewDelta(VIEW, 0, true, last.head(), last.slices(), Set.of());
    }

    /** Goes through all pages, of the generation as the stores see it in turn: each row once, all of one stamp. */
    static int walk(PagedGeneration... stores) {
        String document = "{\"stamp\":\"" + stores[0].head().fingerprint() + "\"}";
        int seen = 0;
        int pages = 0;
        Row last = null;
        while (true) {
            List<Row> page = stores[pages % stores.length].page(last, 0, 7);
            pages++;
            for (Row row : page) {
                assertThat(last == null || last.compareTo(row) < 0).isTrue();
                assertThat(new String(row.document())).isEqualTo(document);
                last = row;
                seen++;
            }
            if (page.isEmpty()) {
                assertThat(seen).isEqualTo(DATABASES * ROWS);
                return pages;
            }
        }
    }
}
