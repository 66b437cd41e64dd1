package dev.matview.testkit.paged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.Acl;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.Views;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happens to a view of a store that serves pages, at random, and whether its generations are as it says. */
final class PagedHistory {

    static final String VIEW = "_global_posts";
    static final List<String> DATABASES =
            List.of("userdb-a", "userdb-b", "userdb-\ud83d\ude00", "userdb-\uffee", "A", "nul\u0000l");
    static final List<String> IDS =
            List.of("1", "10", "2", "a\u0000", "a", "\ud83d\ude00", "\uffee", "", "long".repeat(40), "\n", "%_\\'");

    private final Random random;

    PagedHistory(Random random) {
        this.random = random;
    }

    static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.ofEpochMilli(1_000 * generation), 5, 0);
    }

    /** The document ends with a byte that says where it is found. */
    Row row(String database, String id) {
        byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(
                new byte[] {(byte) random.nextInt(3), (byte) (random.nextInt(3) - 1)}, 2 + idBytes.length);
        System.arraycopy(idBytes, 0, key, 2, idBytes.length);
        String document = "{\"n\":" + random.nextInt(10) + "}";
        Acl acl = random.nextBoolean() ? null : random.nextBoolean() ? Acl.OPEN : Acl.OWNER_ONLY;
        List<Expansion> expansions =
                random.nextInt(5) == 0 ? List.of(new Expansion("author", "did:a", "me")) : List.of();
        return new Row(database, id, key, document.getBytes(StandardCharsets.UTF_8), acl, expansions);
    }

    SliceDelta change(String database) {
        List<Row> put = new ArrayList<>();
        Set<String> removed = new HashSet<>();
        for (String id : IDS) {
            switch (random.nextInt(4)) {
                case 0 -> put.add(row(database, id));
                case 1 -> removed.add(id);
                default -> {}
            }
        }
        LeftOut leftOut = random.nextInt(4) > 0
                ? LeftOut.NOTHING
                : new LeftOut(
                        1 + random.nextInt(2), List.of(new LeftOut.Example(database, "bad", LeftOut.Reason.TOO_DEEP)));
        return new SliceDelta(database, Views.position(random.nextInt()), put, removed, leftOut);
    }

    ViewDelta next(long base, boolean whole) {
        List<SliceDelta> slices = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        for (String database : DATABASES) {
            switch (random.nextInt(4)) {
                case 0, 1 -> slices.add(change(database));
                case 2 -> {
                    if (!whole && random.nextInt(3) == 0) {
                        dropped.add(database);
                    }
                }
                default -> {}
            }
        }
        return new ViewDelta(VIEW, base, whole, head(base + 1), slices, dropped);
    }

    void assertSame(PagedGeneration generation, PagedModel model) {
        assertThat(generation.view()).isEqualTo(VIEW);
        assertThat(generation.head()).isEqualTo(model.head);
        assertThat(generation.rows()).isEqualTo(model.inOrder().size());
        assertThat(generation.leftOut().documents()).isEqualTo(model.documentsLeftOut());
        assertRows(generation, model);
        assertEntries(generation, model);
        assertSlices(generation, model);
    }

    private void assertRows(PagedGeneration generation, PagedModel model) {
        List<Row> all = model.inOrder();
        assertThat(generation.page(null, 0, 1_000)).isEqualTo(all);
        assertThat(generation.page(null, 0, 0)).isEmpty();
        for (int i = 0; i < 5; i++) {
            Row after = random.nextBoolean() && !all.isEmpty()
                    ? all.get(random.nextInt(all.size()))
                    : row(DATABASES.get(random.nextInt(DATABASES.size())), IDS.get(random.nextInt(IDS.size())));
            int skip = random.nextInt(4);
            int limit = 1 + random.nextInt(6);
            assertThat(generation.page(after, skip, limit))
                    .isEqualTo(all.stream()
                            .filter(row -> row.compareTo(after) > 0)
                            .skip(skip)
                            .limit(limit)
                            .toList());
            assertThat(generation.place(after))
                    .isEqualTo(
                            all.stream().filter(row -> row.compareTo(after) < 0).count());
        }
    }

    private Range range() {
        byte[] from = {(byte) (random.nextInt(4) - 1)};
        return switch (random.nextInt(6)) {
            case 0 -> Range.beginningWith("id", "a".getBytes(StandardCharsets.UTF_8));
            case 1 -> Range.from("id", new byte[0]);
            case 2 -> Range.of("shown", from);
            case 3 -> new Range("shown", from, new byte[] {(byte) (random.nextInt(4) - 1), 0});
            case 4 -> Range.beginningWith("none-1", random.nextBoolean() ? new byte[0] : new byte[] {(byte) 0xff});
            default -> Range.from("absent", new byte[0]);
        };
    }

    private void assertEntries(PagedGeneration generation, PagedModel model) {
        for (int i = 0; i < 10; i++) {
            Range range = range();
            List<Entry> all = new ArrayList<>(model.in(range));
            boolean backwards = random.nextBoolean();
            Comparator<Entry> order = backwards ? PagedModel.IN_ORDER.reversed() : PagedModel.IN_ORDER;
            all.sort(order);
            int limit = 1 + random.nextInt(8);
            Entry after = after(all);
            assertThat(generation.entries(range, after, backwards, limit))
                    .as("%s after %s", range.index(), after)
                    .isEqualTo(all.stream()
                            .filter(entry -> after == null || order.compare(entry, after) > 0)
                            .limit(limit)
                            .toList());
            int most = random.nextInt(6);
            assertThat(generation.count(range, null, most)).isEqualTo(Math.min(all.size(), most + 1));
            assertThat(generation.count(range, null, 1_000)).isEqualTo(all.size());
        }
        Range one = Range.of("none-1", new byte[0]);
        List<Entry> ofOneKey = model.in(one);
        Row last = row(DATABASES.get(random.nextInt(DATABASES.size())), IDS.get(random.nextInt(IDS.size())));
        assertThat(generation.count(one, last, 1_000))
                .isEqualTo(ofOneKey.stream()
                        .filter(entry -> entry.row().compareTo(last) <= 0)
                        .count());
        for (Entry entry : ofOneKey.subList(0, Math.min(2, ofOneKey.size()))) {
            assertThat(generation.count(one, entry.row(), 1_000)).isEqualTo(ofOneKey.indexOf(entry) + 1);
        }
    }

    private @Nullable Entry after(List<Entry> all) {
        switch (random.nextInt(3)) {
            case 0:
                return null;
            case 1:
                return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
            default:
                return new Entry(
                        new byte[] {(byte) random.nextInt(100)},
                        row(DATABASES.get(random.nextInt(DATABASES.size())), IDS.get(random.nextInt(IDS.size()))));
        }
    }

    private void assertSlices(PagedGeneration generation, PagedModel model) {
        Set<RowId> wanted = new HashSet<>();
        List<Row> expected = new ArrayList<>();
        for (String database : DATABASES) {
            assertThat(generation.slice(database))
                    .containsExactlyInAnyOrderElementsOf(
                            model.rows.getOrDefault(database, Map.of()).values());
            for (String id : IDS) {
                if (random.nextInt(3) == 0) {
                    wanted.add(new RowId(database, id));
                    Row row = model.rows.getOrDefault(database, Map.of()).get(id);
                    if (row != null) {
                        expected.add(row);
                    }
                }
            }
        }
        assertThat(generation.find(wanted)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(generation.find(List.of())).isEmpty();
    }

    static void assertDifference(PagedViewStore store, PagedModel one, PagedModel other) {
        PagedGeneration generation =
                store.generation(VIEW, one.head.generation()).orElseThrow();
        long number = other.head.generation();
        Set<Row> own = new HashSet<>(one.inOrder());
        other.inOrder().forEach(own::remove);
        List<Row> told = generation.notIn(number, 1_000);

        assertThat(told).as("what came and went the same may be among them").isNotNull();
        assertThat(told).containsAll(own);
        assertThat(one.inOrder()).containsAll(told);
        if (!own.isEmpty()) {
            assertThat(generation.notIn(number, own.size() - 1)).isNull();
        }
        if (number == one.head.generation()) {
            assertThat(told).isEmpty();
        }
    }
}
