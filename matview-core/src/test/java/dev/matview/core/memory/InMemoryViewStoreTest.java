package dev.matview.core.memory;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStore;
import dev.matview.testkit.ViewStoreContract;
import dev.matview.testkit.Views;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class InMemoryViewStoreTest extends ViewStoreContract {

    private static final String VIEW = "_global_posts";

    private final InMemoryViewStore store = new InMemoryViewStore();

    @Override
    protected ViewStore open() {
        return store;
    }

    @Test
    void aReaderOneCommitBehindIsGivenTheDifferenceOnly() {
        store.commit(whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "same", "{}"), row("userdb-a", "edited", "{\"n\":1}")),
                slice("userdb-b", 1, row("userdb-b", "p", "{}"))));
        store.commit(delta(
                VIEW, 1, put("userdb-a", 2, row("userdb-a", "same", "{}"), row("userdb-a", "edited", "{\"n\":2}"))));

        ViewDelta difference = store.read(VIEW, 1).orElseThrow();

        assertThat(difference.whole()).isFalse();
        assertThat(difference.slices()).containsExactly(put("userdb-a", 2, row("userdb-a", "edited", "{\"n\":2}")));
    }

    @Test
    void whatCameAndWentInBetweenIsNotInTheDifference() {
        store.commit(whole(VIEW, 0));
        store.commit(delta(VIEW, 1, put("userdb-a", 1, row("userdb-a", "p", "{}"))));
        store.commit(Views.dropping(VIEW, 2, Set.of("userdb-a")));

        assertThat(store.read(VIEW, 1).orElseThrow().isEmpty()).isTrue();
    }

    @Test
    void aReaderFarBehindReadsTheViewWhole() {
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        for (long base = 1; base <= StoredView.MAX_EARLIER + 1; base++) {
            store.commit(delta(VIEW, base, put("userdb-b", base)));
        }

        assertThat(store.read(VIEW, 1).orElseThrow().whole()).isTrue();
        assertThat(store.read(VIEW, 2).orElseThrow().whole()).isFalse();
    }

    @Test
    void whatIsKeptForReadersThatAreBehindIsBoundedInRows() {
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, half())));
        store.commit(delta(VIEW, 1, put("userdb-a", 2, half())));
        store.commit(delta(VIEW, 2, put("userdb-a", 3, half())));
        store.commit(delta(VIEW, 3, put("userdb-a", 4, row("userdb-a", "one more", "{}"))));

        assertThat(store.read(VIEW, 3).orElseThrow().whole()).isFalse();
        assertThat(store.read(VIEW, 2).orElseThrow().whole()).isFalse();
        assertThat(store.read(VIEW, 1).orElseThrow().whole()).isTrue();
    }

    /** Half of the rows that earlier generations may keep, and one: made anew. */
    private static Row[] half() {
        Row[] rows = new Row[StoredView.MAX_EARLIER_ROWS / 2 + 1];
        Arrays.setAll(rows, i -> row("userdb-a", "post-" + i, "{}"));
        return rows;
    }

    @Test
    void aLargeSliceWhosePositionMovesKeepsNothingForReadersThatAreBehind() {
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, half())));
        for (long base = 1; base <= 10; base++) {
            store.commit(delta(VIEW, base, put("userdb-a", base + 1)));
        }

        assertThat(store.read(VIEW, 1).orElseThrow().whole()).isFalse();
    }

    @Test
    void rowsAreSharedWithWhoeverCommittedThem() {
        Row row = row("userdb-a", "p", "{}");
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row)));
        store.commit(delta(VIEW, 1, put("userdb-b", 1, row("userdb-b", "p", "{}"))));

        SliceDelta read = store.read(VIEW, 0).orElseThrow().slices().stream()
                .filter(slice -> slice.database().equals("userdb-a"))
                .findFirst()
                .orElseThrow();

        assertThat(read.put()).singleElement().isSameAs(row);
    }

    @Test
    void aCommitThatSkipsAGenerationIsRefused() {
        ViewDelta skipping = new ViewDelta(VIEW, 0, true, Views.head(2), List.of(), Set.of());

        assertThatThrownBy(() -> store.commit(skipping))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(VIEW);
        assertThat(store.read(VIEW, 0)).isEmpty();
    }

    @Test
    void aListenerThatThrowsNeitherFailsTheCommitNorSilencesOthers() {
        AtomicReference<Long> told = new AtomicReference<>();
        store.watch(VIEW, generation -> {
            throw new IllegalStateException("a listener that throws");
        });
        store.watch(VIEW, told::set);

        assertThat(store.commit(whole(VIEW, 0))).isTrue();
        assertThat(told.get()).isEqualTo(1);
    }

    @Test
    void aViewMadeAgainAfterItWasDroppedIsTold() {
        List<Long> told = new ArrayList<>();
        store.watch(VIEW, told::add);
        store.commit(whole(VIEW, 0));
        store.commit(delta(VIEW, 1));
        store.drop(VIEW);
        store.commit(whole(VIEW, 0));

        assertThat(told).containsExactly(1L, 2L, 1L);
    }
}
