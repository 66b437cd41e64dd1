package dev.matview.testkit.paged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.PagedSlices;
import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.PagedSlices.SliceState;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.testkit.Seed;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PagedViewStore} does beside what every view store does, which {@code ViewStoreContract} checks. A backend
 * extends this class; nothing here depends on how fast it is.
 */
public abstract class PagedViewStoreContract {

    private static final String VIEW = PagedHistory.VIEW;

    private final List<PagedViewStore> opened = new ArrayList<>();
    private final Random random = Seed.random();
    private final PagedHistory history = new PagedHistory(random);

    /** Opens a store on this test's place; a second one sees it as another process would, where there can be one. */
    protected abstract PagedViewStore open() throws Exception;

    /** Called when a test is over and its stores are closed: deletes its place. */
    protected void clean() throws Exception {}

    /** Lets so much time pass that what need not be kept any more is not; nothing where that cannot be had soon. */
    protected boolean pass(Duration time) throws Exception {
        return false;
    }

    /** How many commits the random walk makes; less for a slow backend. */
    protected int steps() {
        return 25;
    }

    private PagedViewStore store() {
        try {
            PagedViewStore store = open();
            opened.add(store);
            store.keepFor(Duration.ofHours(1));
            return store;
        } catch (Exception e) {
            throw new AssertionError("no store to test", e);
        }
    }

    @AfterEach
    final void closeStores() throws Exception {
        opened.forEach(PagedViewStore::close);
        clean();
    }

    @Test
    void aViewWithoutAGenerationHasNone() {
        PagedViewStore store = store();

        assertThat(store.current(VIEW)).isEmpty();
        assertThat(store.generation(VIEW, 1)).isEmpty();
        assertThat(store.longestKey()).isGreaterThanOrEqualTo(PagedViewStore.LEAST_KEY);
    }

    @Test
    void eachGenerationReadsAsItWasCommittedWhateverFollows() {
        PagedViewStore store = store();
        PagedViewStore other = store();
        List<PagedModel> models = new ArrayList<>();
        List<PagedGeneration> generations = new ArrayList<>();
        for (int step = 0; step < steps(); step++) {
            ViewDelta delta = history.next(step, step == 0 || random.nextInt(10) == 0);
            models.add(
                    step == 0 ? PagedModel.whole(delta) : models.get(step - 1).next(delta));
            assertThat((random.nextBoolean() ? store : other).commit(delta, PagedModel::keys))
                    .isTrue();
            generations.add((random.nextBoolean() ? store : other).current(VIEW).orElseThrow());
            history.assertSame(generations.get(step), models.get(step));
            int earlier = random.nextInt(step + 1);
            history.assertSame(generations.get(earlier), models.get(earlier));
            PagedGeneration again = other.generation(VIEW, earlier + 1).orElseThrow();
            history.assertSame(again, models.get(earlier));
        }
        assertThat(store.generation(VIEW, steps() + 1)).isEmpty();
    }

    @Test
    void whatTwoGenerationsDifferInIsToldInBothDirections() {
        PagedViewStore store = store();
        List<PagedModel> models = new ArrayList<>();
        for (int step = 0; step < steps(); step++) {
            ViewDelta delta = history.next(step, step == 0);
            models.add(
                    step == 0 ? PagedModel.whole(delta) : models.get(step - 1).next(delta));
            store.commit(delta, PagedModel::keys);
            int earlier = random.nextInt(step + 1);
            PagedHistory.assertDifference(store, models.get(step), models.get(earlier));
            PagedHistory.assertDifference(store, models.get(earlier), models.get(step));
        }
    }

    @Test
    void whatWasMadeAnewSharesNothing() {
        PagedViewStore store = store();
        Row row = history.row("userdb-a", "1");
        store.commit(whole(0, row), PagedModel::keys);
        store.commit(whole(1, row), PagedModel::keys);

        assertThat(store.current(VIEW).orElseThrow().notIn(1, 10)).containsExactly(row);
        assertThatThrownBy(() -> store.current(VIEW).orElseThrow().slices(1, null, 10))
                .isInstanceOf(PastGenerationException.class);
        assertThat(store.current(VIEW).orElseThrow().slices(0, null, 10)).hasSize(1);
    }

    private static ViewDelta whole(long base, Row... rows) {
        return new ViewDelta(
                VIEW,
                base,
                true,
                PagedHistory.head(base + 1),
                rows.length == 0
                        ? List.of()
                        : List.of(new SliceDelta(rows[0].database(), Views.position(base), List.of(rows), Set.of())),
                Set.of());
    }

    @Test
    void theCurrentGenerationTellsWhereItsSlicesStandAndWhichChanged() {
        PagedViewStore store = store();
        PagedModel model = null;
        List<PagedModel> models = new ArrayList<>();
        for (int step = 0; step < steps(); step++) {
            ViewDelta delta = history.next(step, step == 0);
            model = model == null ? PagedModel.whole(delta) : model.next(delta);
            models.add(model);
            store.commit(delta, PagedModel::keys);
            PagedGeneration current = store.current(VIEW).orElseThrow();
            assertThat(all(current, 0, 1 + random.nextInt(3)))
                    .containsExactlyInAnyOrderElementsOf(model.states.values());
            int since = 1 + random.nextInt(step + 1);
            List<SliceState> changed = all(current, since, 1 + random.nextInt(3));
            PagedModel then = models.get(since - 1);
            assertThat(applied(then, changed)).isEqualTo(model.states);
        }
    }

    private static Map<String, SliceState> applied(PagedModel then, List<SliceState> changed) {
        Map<String, SliceState> states = new TreeMap<>(then.states);
        for (SliceState slice : changed) {
            if (slice.position() == null) {
                assertThat(slice.rows()).isZero();
                states.remove(slice.database());
            } else {
                states.put(slice.database(), slice);
            }
        }
        return states;
    }

    private static List<SliceState> all(PagedSlices slices, long since, int part) {
        List<SliceState> all = new ArrayList<>();
        List<SliceState> next = slices.slices(since, null, part);
        while (!next.isEmpty()) {
            all.addAll(next);
            next = slices.slices(since, next.get(next.size() - 1).database(), part);
        }
        assertThat(all.stream().map(SliceState::database)).doesNotHaveDuplicates();
        return all;
    }

    @Test
    void theSlicesOfAnEarlierGenerationAreNotMixedWithLaterOnes() {
        PagedViewStore store = store();
        store.commit(whole(0, history.row("userdb-a", "1")), PagedModel::keys);
        PagedGeneration first = store.current(VIEW).orElseThrow();
        store.commit(history.next(1, false), PagedModel::keys);

        assertThatThrownBy(() -> first.slices(0, null, 10)).isInstanceOf(PastGenerationException.class);
    }

    @Test
    void aViewThatWasForgottenIsNotMixedWithTheNextOfItsName() {
        PagedViewStore store = store();
        Row row = history.row("userdb-a", "1");
        store.commit(whole(0, row), PagedModel::keys);
        PagedGeneration first = store.current(VIEW).orElseThrow();
        store.drop(VIEW);

        assertThat(store.current(VIEW)).isEmpty();
        assertThat(store.generation(VIEW, 1)).isEmpty();
        store.commit(whole(0, history.row("userdb-b", "2")), PagedModel::keys);

        assertThatThrownBy(() -> first.page(null, 0, 10)).isInstanceOf(PastGenerationException.class);
        assertThatThrownBy(() -> first.find(List.of(RowId.of(row)))).isInstanceOf(PastGenerationException.class);
        assertThatThrownBy(() -> first.slices(0, null, 10)).isInstanceOf(PastGenerationException.class);
        assertThatThrownBy(() -> first.count(Range.from("id", new byte[0]), null, 10))
                .isInstanceOf(PastGenerationException.class);
    }

    @Test
    void whatIsNotKeptAnyMoreIsNotAnswered() throws Exception {
        PagedViewStore store = store();
        store.commit(whole(0, history.row("userdb-a", "1"), history.row("userdb-a", "2")), PagedModel::keys);
        PagedGeneration first = store.current(VIEW).orElseThrow();
        Row other = history.row("userdb-a", "1");
        store.commit(
                new ViewDelta(
                        VIEW,
                        1,
                        false,
                        PagedHistory.head(2),
                        List.of(new SliceDelta("userdb-a", Views.position(2), List.of(other), Set.of("2"))),
                        Set.of()),
                PagedModel::keys);
        PagedGeneration second = store.current(VIEW).orElseThrow();
        assertThat(first.page(null, 0, 10)).hasSize(2);

        if (pass(Duration.ofHours(2))) {
            assertThatThrownBy(() -> first.page(null, 0, 10)).isInstanceOf(PastGenerationException.class);
            assertThatThrownBy(() -> first.entries(Range.from("id", new byte[0]), null, false, 10))
                    .isInstanceOf(PastGenerationException.class);
            assertThatThrownBy(() -> second.notIn(1, 10)).isInstanceOf(PastGenerationException.class);
            assertThat(store.generation(VIEW, 1)).isEmpty();
        }
        assertThat(second.page(null, 0, 10)).containsExactly(other);
        assertThat(second.rows()).isEqualTo(1);
    }

    @Test
    void whatIsAsideIsAskedForAndCommittedWithItsEntries() {
        PagedViewStore store = store();
        store.commit(history.next(0, true), PagedModel::keys);
        PagedViewStage stage = store.pagedStage(VIEW, 1, "f").orElseThrow();
        PagedModel model = PagedModel.whole(new ViewDelta(VIEW, 1, true, PagedHistory.head(2), List.of(), Set.of()));
        assertThat(stage.head()).isEmpty();
        for (int portion = 0; portion < 6; portion++) {
            ViewDelta more = history.next(1, true);
            model = model.changed(more);
            assertThat(stage.add(more, PagedModel::keys)).isTrue();
            if (portion == 3) {
                stage = store.pagedStage(VIEW, 1, "f").orElseThrow();
            }
            assertThat(stage.head()).contains(PagedHistory.head(2));
            assertThat(stage.rows()).isEqualTo(model.inOrder().size());
            assertThat(stage.page(null, 1_000)).isEqualTo(model.inOrder());
            assertThat(all(stage, 0, 2).stream().map(SliceState::database))
                    .containsExactlyInAnyOrderElementsOf(model.states.keySet());
            for (String database : PagedHistory.DATABASES) {
                assertThat(stage.slice(database))
                        .containsExactlyInAnyOrderElementsOf(
                                model.rows.getOrDefault(database, Map.of()).values());
            }
            List<Row> some = model.inOrder().stream().limit(3).toList();
            assertThat(stage.find(some.stream().map(RowId::of).toList())).containsExactlyInAnyOrderElementsOf(some);
        }
        ViewDelta rest = new ViewDelta(
                VIEW, 1, true, PagedHistory.head(2), List.of(history.change("userdb-a")), Set.of("userdb-b"));
        model = model.changed(rest);
        assertThat(stage.commit(rest, PagedModel::keys)).isTrue();

        PagedGeneration current = store.current(VIEW).orElseThrow();
        history.assertSame(current, model);
        assertThat(all(current, 0, 2)).containsExactlyInAnyOrderElementsOf(model.states.values());
        assertThatThrownBy(() -> current.slices(1, null, 10)).isInstanceOf(PastGenerationException.class);
    }

    @Test
    void whoDoesNotHaveTheStageAnyMoreAddsNothing() {
        PagedViewStore store = store();
        PagedViewStage one = store.pagedStage(VIEW, 0, "f").orElseThrow();
        assertThat(one.add(whole(0, history.row("userdb-a", "1")), PagedModel::keys))
                .isTrue();
        PagedViewStage other = store.pagedStage(VIEW, 0, "f").orElseThrow();

        assertThat(one.add(whole(0, history.row("userdb-b", "1")), PagedModel::keys))
                .isFalse();
        assertThat(one.commit(whole(0), PagedModel::keys)).isFalse();
        assertThat(other.slice("userdb-b")).isEmpty();
        assertThat(other.commit(whole(0), PagedModel::keys)).isTrue();
        assertThat(store.current(VIEW).orElseThrow().rows()).isEqualTo(1);
    }

    @Test
    void keysMayBeAsLongAsTheStoreSays() {
        PagedViewStore store = store();
        byte[] noise = new byte[store.longestKey() - 2];
        random.nextBytes(noise);
        byte[] half = Arrays.copyOf(noise, store.longestKey() / 2);
        Row alone = new Row("userdb-a", "1", noise, new byte[] {'{', '}'}, null);
        Row indexed = new Row("userdb-a", "2", half, new byte[] {'{', '}'}, null);
        ViewDelta delta = new ViewDelta(
                VIEW,
                0,
                true,
                PagedHistory.head(1),
                List.of(new SliceDelta("userdb-a", Views.position(1), List.of(alone, indexed), Set.of())),
                Set.of());
        store.commit(delta, row -> row == indexed ? List.of(new PagedViewStore.IndexKey("i", half)) : List.of());

        PagedGeneration current = store.current(VIEW).orElseThrow();
        List<Row> all = new ArrayList<>(List.of(alone, indexed));
        Collections.sort(all);
        assertThat(current.page(null, 0, 10)).isEqualTo(all);
        assertThat(current.entries(Range.of("i", half), null, false, 10)).containsExactly(new Entry(half, indexed));
    }
}
