package dev.matview.testkit;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.head;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.Acl;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a store does that puts builds aside; one that does not is left alone. */
abstract class ViewStoreStagingContract extends ViewStoreSecretContract {

    private static final String VIEW = "_global_built";

    private static ViewStage stage(ViewStore store, long base) {
        return store.stage(VIEW, base, head(base + 1).fingerprint())
                .orElseThrow(() -> new AssertionError("generation " + base + " is current"));
    }

    private ViewStage first(ViewStore store) {
        Assumptions.assumeTrue(
                store.stage(VIEW, 0, head(1).fingerprint()).isPresent(), "a store that puts nothing aside");
        return stage(store, 0);
    }

    private static ViewDelta more(long base, Set<String> dropped, SliceDelta... slices) {
        return new ViewDelta(VIEW, base, true, head(base + 1), List.of(slices), dropped);
    }

    private static ViewDelta more(long base, SliceDelta... slices) {
        return more(base, Set.of(), slices);
    }

    private static ViewModel aside(ViewStage stage) {
        return ViewModel.of(stage.read());
    }

    @Test
    void whatIsAsideIsNoGeneration() {
        ViewStore store = store();
        ViewStage stage = first(store);
        assertThat(stage.head()).isEmpty();

        assertThat(stage.add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}")))))
                .isTrue();

        assertThat(stage.head()).contains(head(1));
        assertThat(store.read(VIEW, 0)).isEmpty();
        assertThat(store().read(VIEW, 0)).isEmpty();
        assertThat(store.head(VIEW)).isEmpty();
        assertThat(store.views()).isEmpty();
    }

    @Test
    void whatIsAsideIsCommittedWithTheRest() {
        ViewStore store = store();
        ViewStage stage = first(store);
        stage.add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}")), put("userdb-b", 1)));
        stage.add(more(0, put("userdb-c", 1, row("userdb-c", "p", "{}"))));

        assertThat(stage.commit(more(0, put("userdb-d", 1, row("userdb-d", "p", "{}")))))
                .isTrue();

        ViewDelta expected = whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "p", "{}")),
                slice("userdb-b", 1),
                slice("userdb-c", 1, row("userdb-c", "p", "{}")),
                slice("userdb-d", 1, row("userdb-d", "p", "{}")));
        for (ViewStore one : List.of(store, store())) {
            read(one, VIEW).assertSameAs(ViewModel.of(expected));
        }
        assertThat(store.commit(delta(VIEW, 1, put("userdb-e", 1)))).isTrue();
        assertThat(stage.add(more(0, put("userdb-f", 1)))).as("it is over").isFalse();
        assertThat(stage.commit(more(0))).isFalse();
        read(store(), VIEW).assertSameAs(ViewModel.of(expected).apply(delta(VIEW, 1, put("userdb-e", 1))));
    }

    @Test
    void whoeverOpensItNextGoesOnWhereItWas() {
        Row large = row("userdb-b", "large", "{\"text\":\"" + "x".repeat(300_000) + "\"}");
        first(store()).add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}"), row("userdb-a", "q", "{}"))));
        stage(store(), 0).add(more(0, put("userdb-b", 1, large), put("userdb-c", 1)));
        ViewStage next = stage(store(), 0);

        ViewModel found = aside(next);
        assertThat(found.positions()).containsOnlyKeys("userdb-a", "userdb-b", "userdb-c");
        assertThat(found.rows("userdb-b").values()).containsExactly(large);

        SliceDelta moved =
                new SliceDelta("userdb-a", Views.position(2), List.of(row("userdb-a", "r", "{}")), Set.of("p"));
        assertThat(next.add(more(0, moved))).isTrue();
        assertThat(next.commit(more(0, Set.of("userdb-c"), put("userdb-d", 1)))).isTrue();

        ViewModel.of(store().read(VIEW, 0).orElseThrow())
                .assertSameAs(ViewModel.of(whole(
                        VIEW,
                        0,
                        slice("userdb-a", 2, row("userdb-a", "q", "{}"), row("userdb-a", "r", "{}")),
                        slice("userdb-b", 1, large),
                        slice("userdb-d", 1))));
    }

    /** As references are expanded, once all slices are aside: the slices stay where they are. */
    @Test
    void aPortionReplacesRowsThatAreAside() {
        Row plain = row("userdb-a", "p", "{}");
        Expansion author = new Expansion("author", "x:b", "b", "{\"n\":1}".getBytes(UTF_8), Acl.OPEN);
        Row expanded = new Row("userdb-a", "p", plain.sortKey(), plain.document(), plain.acl(), List.of(author));
        ViewStage stage = first(store());
        stage.add(more(0, put("userdb-a", 1, plain, row("userdb-a", "q", "{}")), put("userdb-b", 1)));

        assertThat(stage.add(more(0, put("userdb-a", 1, expanded)))).isTrue();

        ViewStage next = stage(store(), 0);
        assertThat(aside(next).rows("userdb-a").values())
                .containsExactlyInAnyOrder(expanded, row("userdb-a", "q", "{}"));
        assertThat(next.commit(more(0, Set.of("userdb-b")))).isTrue();
        read(store(), VIEW)
                .assertSameAs(ViewModel.of(whole(VIEW, 0, slice("userdb-a", 1, expanded, row("userdb-a", "q", "{}")))));
    }

    @Test
    void whatIsTakenOverCanBeCommittedWithoutBeingRead() {
        first(store()).add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}"))));

        assertThat(stage(store(), 0).commit(more(0, put("userdb-a", 2, row("userdb-a", "q", "{}")))))
                .isTrue();

        assertThat(ids(store(), VIEW, "userdb-a")).containsExactlyInAnyOrder("p", "q");
    }

    @Test
    void ofTwoWhoBuildOneViewOnlyTheLastToOpenItHasIt() {
        ViewStage one = first(store());
        one.add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}"))));
        ViewStage other = stage(store(), 0);

        assertThat(one.add(more(0, put("userdb-b", 1, row("userdb-b", "lost", "{}")))))
                .isFalse();
        assertThat(one.commit(more(0, put("userdb-b", 1, row("userdb-b", "lost", "{}")))))
                .isFalse();
        assertThat(store().read(VIEW, 0)).isEmpty();

        assertThat(other.add(more(0, put("userdb-c", 1)))).isTrue();
        assertThat(other.commit(more(0))).isTrue();
        assertThat(read(store(), VIEW).positions()).containsOnlyKeys("userdb-a", "userdb-c");
    }

    @Test
    void ofTwoWhoBeginOneViewTheFirstToPutSomethingAsideHasIt() {
        ViewStage one = first(store());
        ViewStage other = stage(store(), 0);

        boolean otherHasIt = other.add(more(0, put("userdb-b", 1)));
        boolean oneHasIt = one.add(more(0, put("userdb-a", 1)));

        assertThat(otherHasIt).isTrue();
        assertThat(oneHasIt).isFalse();
        assertThat(aside(stage(store(), 0)).positions()).containsOnlyKeys("userdb-b");
    }

    @Test
    void aCommitInBetweenWinsOverAllThatIsAside() {
        ViewStore store = store();
        ViewStage stage = first(store);
        stage.add(more(0, put("userdb-a", 1, row("userdb-a", "aside", "{}"))));
        ViewDelta winner = whole(VIEW, 0, slice("userdb-x", 1, row("userdb-x", "won", "{}")));
        assertThat(store().commit(winner)).isTrue();

        assertThat(stage.add(more(0, put("userdb-b", 1)))).isFalse();
        assertThat(stage.commit(more(0))).isFalse();
        assertThat(store.stage(VIEW, 0, head(1).fingerprint())).isEmpty();

        read(store(), VIEW).assertSameAs(ViewModel.of(winner));
        assertThat(store.commit(delta(VIEW, 1, put("userdb-y", 1)))).isTrue();
        assertThat(store.stage(VIEW, 2, head(1).fingerprint()).orElseThrow().head())
                .as("of an earlier base")
                .isEmpty();
    }

    @Test
    void aRebuildGoesAsideWhileTheOldGenerationIsRead() {
        ViewStore store = store();
        first(store);
        ViewDelta old = whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "old", "{}")));
        store.commit(old);
        ViewStage stage = stage(store, 1);
        stage.add(more(1, put("userdb-a", 1, row("userdb-a", "new", "{}"))));

        read(store(), VIEW).assertSameAs(ViewModel.of(old));
        assertThat(stage(store(), 1).commit(more(1, put("userdb-b", 1)))).isTrue();

        for (ViewStore one : List.of(store, store())) {
            assertThat(one.read(VIEW, 1).orElseThrow().head()).isEqualTo(head(2));
            assertThat(ids(one, VIEW, "userdb-a")).containsExactly("new");
            assertThat(read(one, VIEW).positions()).containsOnlyKeys("userdb-a", "userdb-b");
        }
    }

    @Test
    void whatAnotherDefinitionPutAsideIsForgotten() {
        ViewStore store = store();
        ViewStage stage = first(store);
        stage.add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}"))));

        ViewStage other = store().stage(VIEW, 0, "another").orElseThrow();

        assertThat(other.head()).isEmpty();
        assertThat(stage.add(more(0, put("userdb-b", 1)))).isFalse();
        assertThat(stage.commit(more(0))).isFalse();
        assertThat(stage(store(), 0).head()).as("also for who had it").isEmpty();
        assertThat(store.commit(whole(VIEW, 0, slice("userdb-z", 1)))).isTrue();
        assertThat(read(store(), VIEW).positions()).containsOnlyKeys("userdb-z");
    }

    @Test
    void whatWasPutAsideInAnotherFormatIsForgotten() {
        ViewHead head =
                new ViewHead(1, head(1).fingerprint(), head(1).refreshedAt(), 1, 0, 0, 0, ViewHead.FORMAT - 1, null);
        first(store()).add(new ViewDelta(VIEW, 0, true, head, List.of(put("userdb-a", 1)), Set.of()));

        assertThat(stage(store(), 0).head()).isEmpty();
    }

    @Test
    void aViewThatIsDroppedHasNothingAside() {
        ViewStore store = store();
        ViewStage stage = first(store);
        stage.add(more(0, put("userdb-a", 1, row("userdb-a", "p", "{}"))));

        store().drop(VIEW);

        assertThat(stage.add(more(0, put("userdb-b", 1)))).isFalse();
        assertThat(stage.commit(more(0))).isFalse();
        assertThat(stage(store, 0).head()).isEmpty();
        assertThat(store.read(VIEW, 0)).isEmpty();
    }
}
