package dev.matview.sql;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.head;
import static dev.matview.testkit.Views.position;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each generation of a random history answers as sorted lists do, however many came after it. */
class SqlPagesTest extends SqlFixture {

    private static final String VIEW = "posts";
    private static final List<String> DATABASES =
            List.of("userdb-a", "userdb-b", "userdb-\ud83d\ude00", "userdb-\uffee");
    private static final List<String> IDS =
            List.of("", "a", "a\u0000", "\u0000", "\ud83d\ude00", "\uffee", "z".repeat(300), "\ud83d");
    private static final Indexing BY_LETTER = row -> {
        byte letter = row.document()[row.document().length - 3];
        return letter == '0'
                ? List.of()
                : List.of(new IndexKey("letter", new byte[] {letter}), new IndexKey("other", new byte[] {-1, letter}));
    };

    private final Random random = Seed.random();

    /** What a generation has, as it was committed. */
    private record Model(PagedGeneration generation, List<Row> rows) {

        List<Entry> entries(Range range) {
            List<Entry> all = new ArrayList<>();
            for (Row row : rows) {
                for (IndexKey key : BY_LETTER.keys(row)) {
                    boolean in = Arrays.compareUnsigned(key.key(), range.from()) >= 0
                            && (range.to() == null || Arrays.compareUnsigned(key.key(), range.to()) < 0);
                    if (in && key.index().equals(range.index())) {
                        all.add(new Entry(key.key(), row));
                    }
                }
            }
            all.sort(Comparator.comparing(Entry::key, Arrays::compareUnsigned).thenComparing(Entry::row));
            return all;
        }
    }

    private Row row(String database, String id) {
        byte[] key = (random.nextInt(3) + "." + id.replace("\ud83d\ude00", "s")).getBytes(StandardCharsets.UTF_8);
        byte[] sortKey = Arrays.copyOf(key, key.length + 2);
        sortKey[key.length + 1] = (byte) IDS.indexOf(id);
        String json = "{\"_id\":0,\"text\":\"" + random.nextInt(1000) + random.nextInt(4) + "\"}";
        return new Row(database, id, sortKey, json.getBytes(StandardCharsets.UTF_8), null);
    }

    private ViewDelta next(long base, Map<String, Map<String, Row>> view) {
        boolean whole = base == 0 || random.nextInt(12) == 0;
        if (whole) {
            view.clear();
        }
        List<SliceDelta> slices = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        for (String database : DATABASES) {
            if (!whole && random.nextInt(8) == 0) {
                dropped.add(database);
                view.remove(database);
                continue;
            }
            List<Row> put = new ArrayList<>();
            Set<String> removed = new HashSet<>();
            for (String id : IDS) {
                switch (random.nextInt(4)) {
                    case 0 -> put.add(row(database, id));
                    case 1 -> removed.add(id);
                    default -> {}
                }
            }
            Map<String, Row> held = view.computeIfAbsent(database, name -> new TreeMap<>());
            removed.forEach(held::remove);
            put.forEach(row -> held.put(row.id(), row));
            slices.add(new SliceDelta(database, position(base), put, whole ? Set.of() : removed));
        }
        return whole
                ? ViewDelta.whole(
                        VIEW,
                        base,
                        head(base + 1),
                        slices.stream()
                                .map(slice -> new Slice(slice.database(), slice.position(), slice.put()))
                                .toList())
                : new ViewDelta(VIEW, base, false, head(base + 1), slices, dropped);
    }

    @Test
    void everyKeptGenerationAnswersAsItWas() {
        SqlViewStore store = open();
        Map<String, Map<String, Row>> view = new TreeMap<>();
        List<Model> models = new ArrayList<>();
        for (int base = 0; base < 30; base++) {
            assertThat(store.commit(next(base, view), BY_LETTER)).isTrue();
            List<Row> rows = view.values().stream()
                    .flatMap(held -> held.values().stream())
                    .sorted()
                    .toList();
            models.add(new Model(store.current(VIEW).orElseThrow(), rows));
            for (int i = 0; i < 4; i++) {
                check(models.get(random.nextInt(models.size())), models);
            }
            check(models.get(base), models);
        }
    }

    private void check(Model model, List<Model> all) {
        PagedGeneration generation = model.generation();
        List<Row> rows = model.rows();
        assertThat(generation.rows()).isEqualTo(rows.size());
        assertThat(generation.page(null, 0, 1000)).isEqualTo(rows);
        Row any = row(DATABASES.get(random.nextInt(4)), IDS.get(random.nextInt(IDS.size())));
        int skip = random.nextInt(4);
        assertThat(generation.page(any, skip, 5))
                .isEqualTo(rows.stream()
                        .filter(row -> row.compareTo(any) > 0)
                        .skip(skip)
                        .limit(5)
                        .toList());
        assertThat(generation.place(any))
                .isEqualTo(rows.stream().filter(row -> row.compareTo(any) < 0).count());
        List<PagedGeneration.RowId> ids =
                rows.stream().map(PagedGeneration.RowId::of).limit(10).toList();
        assertThat(generation.find(ids)).containsExactlyInAnyOrderElementsOf(rows.subList(0, ids.size()));
        for (String database : DATABASES) {
            assertThat(generation.slice(database))
                    .containsExactlyInAnyOrderElementsOf(rows.stream()
                            .filter(row -> row.database().equals(database))
                            .toList());
        }
        checkEntries(model, any);
        checkDifference(model, all.get(random.nextInt(all.size())));
    }

    private void checkEntries(Model model, Row any) {
        byte[] letter = {(byte) ('1' + random.nextInt(3))};
        for (Range range : List.of(
                Range.of("letter", letter),
                Range.beginningWith("letter", new byte[0]),
                Range.beginningWith("other", new byte[] {-1}),
                new Range("letter", letter, new byte[] {'3'}),
                Range.of("none", letter))) {
            List<Entry> entries = model.entries(range);
            PagedGeneration generation = model.generation();
            assertThat(generation.entries(range, null, false, 1000)).isEqualTo(entries);
            assertThat(generation.count(range, null, 1000)).isEqualTo(entries.size());
            assertThat(generation.count(range, null, 2)).isEqualTo(Math.min(3, entries.size()));
            Entry from = new Entry(letter, any);
            Comparator<Entry> order =
                    Comparator.comparing(Entry::key, Arrays::compareUnsigned).thenComparing(Entry::row);
            assertThat(generation.entries(range, from, false, 3))
                    .isEqualTo(entries.stream()
                            .filter(entry -> order.compare(entry, from) > 0)
                            .limit(3)
                            .toList());
            List<Entry> before = new ArrayList<>(entries.stream()
                    .filter(entry -> order.compare(entry, from) < 0)
                    .toList());
            java.util.Collections.reverse(before);
            assertThat(generation.entries(range, from, true, 3))
                    .isEqualTo(before.stream().limit(3).toList());
        }
        List<Entry> ofLetter = model.entries(Range.of("letter", letter));
        assertThat(model.generation().count(Range.of("letter", letter), any, 1000))
                .isEqualTo(ofLetter.stream()
                        .filter(entry -> entry.row().compareTo(any) <= 0)
                        .count());
    }

    private static void checkDifference(Model model, Model other) {
        List<Row> found = model.generation().notIn(other.generation().head().generation(), 1000);
        List<Row> differs = new ArrayList<>(model.rows());
        differs.removeAll(other.rows());
        assertThat(model.rows()).containsAll(found);
        assertThat(found).containsAll(differs);
        if (found.size() > 1) {
            assertThat(model.generation().notIn(other.generation().head().generation(), 1))
                    .isNull();
        }
    }

    @Test
    void theSlicesOfTheCurrentGenerationAreGivenInParts() {
        SqlViewStore store = open();
        Map<String, Map<String, Row>> view = new TreeMap<>();
        store.commit(next(0, view), BY_LETTER);
        PagedGeneration first = store.current(VIEW).orElseThrow();
        List<String> names = new ArrayList<>();
        String after = null;
        for (var part = first.slices(0, null, 2); !part.isEmpty(); part = first.slices(0, after, 2)) {
            part.forEach(slice -> {
                names.add(slice.database());
                assertThat(slice.rows()).isEqualTo(view.get(slice.database()).size());
            });
            after = names.get(names.size() - 1);
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(DATABASES);

        store.commit(delta(VIEW, 1, new SliceDelta("userdb-a", position(7), List.of(), Set.of())));
        assertThat(store.current(VIEW).orElseThrow().slices(1, null, 10))
                .extracting(slice -> slice.database() + slice.position().updateSeq())
                .containsExactly("userdb-a7");
    }
}
