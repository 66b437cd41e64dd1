package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.keep.PagedKeeping;
import dev.matview.core.internal.view.Base;
import dev.matview.core.paged.PagedInMemoryStore;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.Views;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A first build over a store that serves pages: its rows are in the store, and in the heap only what waits. */
class PagedBuildTest extends StagedBuildFixture {

    private final PagedInMemoryStore paged = new PagedInMemoryStore(scheduler);
    private final PagedKeeping keeping = new PagedKeeping(paged, VIEW, UserDatabases.standard());

    private Findings buildingInStore() {
        Findings building = findings(null);
        building.buildIn(Objects.requireNonNull(PagedBuild.open(keeping, VIEW, POSTS, 0, scheduler)));
        return building;
    }

    private static Base aside(Findings building, int least) {
        Base aside = Objects.requireNonNull(building.found().aside());
        assertThat(aside.size()).isGreaterThanOrEqualTo(least);
        return aside;
    }

    private PagedGeneration commit(Findings building, Set<String> dropped) {
        ViewDelta rest = new ViewDelta(VIEW, 0, true, head(9), building.unstaged(), dropped);
        assertThat(Objects.requireNonNull(building.build()).commit(rest)).isNotNull();
        return paged.current(VIEW).orElseThrow();
    }

    @Test
    void onlyWhatWaitsTakesMemory() {
        Findings building = buildingInStore();
        for (int i = 0; i < 300; i++) {
            building.moved(slice(i, 1));
            assertThat(bytes(building.unstaged())).isLessThanOrEqualTo(StagedBuild.BATCH_BYTES);
        }

        assertThat(building.isFull()).as("in 200 MiB").isFalse();
        assertThat(aside(building, 260).positions()).hasSizeGreaterThan(260);
        assertThat(room()).isGreaterThan(165);
        PagedGeneration generation = commit(building, Set.of());
        building.end();
        assertThat(generation.rows()).isEqualTo(300);
        assertThat(room()).isEqualTo(200);
    }

    @Test
    void theNextBuildGoesOnAfterWhatIsAside() {
        Findings first = buildingInStore();
        for (int i = 0; i < 40; i++) {
            first.moved(slice(i, i));
        }
        int left = aside(first, 32).size();
        first.end();

        Findings next = buildingInStore();

        Demand demand = next.demand();
        assertThat(demand.held()).hasSize(left).containsEntry("userdb-3", Views.position(3));
        Row other = new Row("userdb-3", "q", new byte[] {1}, new byte[] {'{', '}'}, null);
        assertThat(next.changed(new SliceChange(
                        "userdb-3",
                        Views.position(3),
                        Views.position(4),
                        List.of(other),
                        Set.of("p"),
                        LeftOut.NOTHING)))
                .isTrue();
        assertThat(next.reread(new Slice("userdb-4", Views.position(4), List.of(row("userdb-4", "p")))))
                .as("as it is aside")
                .isTrue();
        PagedGeneration generation = commit(next, Set.of("userdb-5"));
        assertThat(generation.rows()).isEqualTo(left - 1);
        assertThat(generation.slice("userdb-3")).containsExactly(other);
        assertThat(generation.slice("userdb-5")).isEmpty();
    }

    @Test
    void aStoreThatIsAwayForAMomentIsGivenThePortionAgain() {
        Findings building = buildingInStore();
        paged.failPortions(3);
        for (int i = 0; i < 40; i++) {
            building.moved(slice(i, 1));
        }

        assertThat(building.isFull()).isFalse();
        assertThat(commit(building, Set.of()).rows()).isEqualTo(40);
    }

    @Test
    void aStoreThatStaysAwayEndsTheVisitAndWhatIsAsideStays() {
        Findings building = buildingInStore();
        for (int i = 0; i < 40; i++) {
            building.moved(slice(i, 1));
        }
        int left = aside(building, 32).size();
        paged.failPortions(100);
        for (int i = 40; i < 80; i++) {
            building.moved(slice(i, 1));
        }

        assertThat(building.isFull()).isTrue();
        assertThat(building.tooLarge()).hasMessageContaining("the store is away");
        assertThat(room()).as("nothing of it is held").isEqualTo(200);
        paged.failPortions(0);
        assertThat(buildingInStore().demand().held()).hasSize(left);
    }

    @Test
    void aBuildThatAnotherProcessTookOverEndsItsVisit() {
        Findings one = buildingInStore();
        Findings other = buildingInStore();
        for (int i = 0; i < 40; i++) {
            one.moved(slice(i, 1));
        }

        assertThat(one.isFull()).isTrue();
        assertThat(one.tooLarge()).hasMessageContaining("another process");
        other.moved(slice(1, 1));
        assertThat(commit(other, Set.of()).rows()).isEqualTo(1);
    }

    @Test
    void whatIsBuiltOnAGenerationThatIsNotCurrentIsNotCommitted() {
        Findings building = buildingInStore();
        for (int i = 0; i < 40; i++) {
            building.moved(slice(i, 1));
        }
        paged.commit(ViewDelta.whole(VIEW, 0, new ViewHead(1, "another", Instant.EPOCH, 1, 0), List.of(slice(0, 7))));
        ViewDelta rest = new ViewDelta(VIEW, 0, true, head(9), building.unstaged(), Set.of());

        assertThat(Objects.requireNonNull(building.build()).commit(rest)).isNull();
        assertThat(building.found().canBeRebased()).isFalse();
    }
}
