package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.testkit.DelegatingViewStore;
import dev.matview.testkit.Views;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a first build holds beside the view, what it leaves in the store, and what memory it counts. */
class StagedBuildTest extends StagedBuildFixture {

    @Test
    void aBoundedPartWaitsBesideWhatIsAside() {
        Findings building = building();

        for (int i = 0; i < 100; i++) {
            building.moved(slice(i, 1));
            assertThat(bytes(building.unstaged()))
                    .isLessThanOrEqualTo(Math.max(StagedBuild.BATCH_BYTES, asideBytes(building)));
        }

        assertThat(aside(building).size() + building.unstaged().size()).isEqualTo(100);
        assertThat(aside(building).size()).isGreaterThan(60);
        assertThat(building.movedCount()).isEqualTo(100);
        assertThat(building.pace().done()).isEqualTo(100);
        ViewStage left = store.stage(VIEW, 0, POSTS.fingerprint()).orElseThrow();
        assertThat(left.read().slices()).hasSize(aside(building).size());
        assertThat(left.head().orElseThrow().bytes()).isEqualTo(aside(building).bytes());
    }

    @Test
    void whatIsAsideAndWhatWaitsAreCountedOnce() {
        Findings building = building();
        for (int i = 0; i < 100; i++) {
            building.moved(slice(i, 1));
        }

        assertThat(room()).isEqualTo(99);

        building.end();
        assertThat(room()).isEqualTo(200);
    }

    @Test
    void theNextBuildGoesOnThereAndCountsWhatItTakesOver() {
        Findings first = building();
        for (int i = 0; i < 40; i++) {
            first.moved(slice(i, i));
        }
        int left = aside(first).size();
        first.end();

        Findings next = building();

        Demand demand = next.demand();
        assertThat(demand.held()).hasSize(left).containsEntry("userdb-3", Views.position(3));
        assertThat(demand.checkpoint()).isNull();
        assertThat(demand.heldSince()).isNull();
        assertThat(next.movedCount()).isZero();
        assertThat(room()).isEqualTo(199 - left);
        next.end();
        assertThat(room()).isEqualTo(200);
    }

    @Test
    void aSliceThatChangedSinceIsBroughtForward() {
        Findings first = building();
        for (int i = 0; i < 40; i++) {
            first.moved(slice(i, 1));
        }
        first.end();
        Findings next = building();
        Position since = Views.position(1);
        Position now = Views.position(2);
        Row put = row("userdb-0", "q");

        assertThat(next.changed(new SliceChange("userdb-0", since, now, List.of(put), Set.of("p"), LeftOut.NOTHING)))
                .isTrue();
        assertThat(next.changed(new SliceChange("userdb-99", since, now, List.of(), Set.of(), LeftOut.NOTHING)))
                .as("nothing is known of it")
                .isFalse();

        assertThat(next.unstaged()).containsExactly(new SliceDelta("userdb-0", now, List.of(put), Set.of("p")));
        for (int i = 40; i < 80; i++) {
            next.moved(slice(i, 1));
        }
        assertThat(aside(next).slice("userdb-0")).containsExactly(put);
        assertThat(aside(next).position("userdb-0")).isEqualTo(now);
    }

    @Test
    void whereThereIsNoRoomForMoreNothingIsKeptAndAllIsGivenBack() {
        Findings building = building();
        for (int i = 0; i < 250; i++) {
            building.moved(slice(i, 1));
        }

        assertThat(building.isFull()).isTrue();
        assertThat(building.tooLarge()).hasMessageContaining("200.0 MiB");
        assertThat(building.build()).as("it can be forgotten").isNull();
        building.end();
        assertThat(room()).isEqualTo(200);
    }

    @Test
    void theNameOfADatabaseIsHeldOnce() {
        Slice held = slice(1, 1);
        Findings findings = findings(Snapshot.of(ViewDelta.whole(VIEW, 0, head(1), List.of(held))));
        ObjectNode document = new ObjectMapper().createObjectNode().put("_id", "q");

        Slice read = findings.slice(String.valueOf(held.database().toCharArray()))
                .add(document)
                .build(Views.position(2));

        assertThat(read.rows().get(0).database()).isSameAs(held.database());
    }

    @Test
    void whereThereIsNoRoomForWhatIsAsideTheBuildFails() {
        Findings first = building();
        for (int i = 0; i < 40; i++) {
            first.moved(slice(i, 1));
        }
        first.end();
        assertThat(memory.take(ALL - MEBIBYTE)).isTrue();

        Findings next = building();

        assertThat(next.isFull()).isTrue();
        assertThat(next.build()).isNull();
        next.end();
        memory.giveBack(ALL - MEBIBYTE);
        assertThat(room()).isEqualTo(200);
    }

    @Test
    void whoHasTheStageNoMoreCommitsAllOfItByItself() {
        StagedBuild one = Objects.requireNonNull(open(store));
        one.add(List.of(SliceDelta.of(slice(1, 1))), 2);
        StagedBuild other = Objects.requireNonNull(open(store));
        other.resume(new RowRoom(memory, () -> {}));
        one.add(List.of(SliceDelta.of(slice(2, 1))), 2);

        ViewDelta rest = new ViewDelta(VIEW, 0, true, head(3), List.of(SliceDelta.of(slice(3, 1))), Set.of());
        assertThat(one.commit(rest, Snapshot.built(one.aside(), rest))).isTrue();

        assertThat(other.commit(rest, Snapshot.built(other.aside(), rest))).isFalse();
        assertThat(store.read(VIEW, 0).orElseThrow().slices())
                .extracting(SliceDelta::database)
                .containsExactly("userdb-1", "userdb-2", "userdb-3");
    }

    @Test
    void aStoreThatDoesNotAnswerIsBuiltForInMemory() {
        ViewStore away = new DelegatingViewStore(store) {
            @Override
            public Optional<ViewStage> stage(String view, long base, String fingerprint) {
                throw new ViewStoreException("connection refused");
            }
        };

        assertThat(open(away)).isNull();
    }

    /** Each row refers to a document of its own, as large as itself. */
    @Test
    void referencesAreExpandedInPortionsAndCountedOnce() throws Exception {
        InMemoryDatabases databases = new InMemoryDatabases();
        ObjectNode profile = new ObjectMapper().createObjectNode().put("text", "x".repeat(1 << 20));
        List<Long> portions = new ArrayList<>();
        Findings building = new Findings(EXPANDING, null, new ReferenceIndex(), scheduler.instant(), memory, List.of());
        building.buildIn(Objects.requireNonNull(StagedBuild.open(recording(portions), VIEW, EXPANDING, 0, scheduler)));
        for (int i = 0; i < 80; i++) {
            databases.put("userdb-profiles", profile.put("_id", "profile-" + i));
            building.moved(referring(i, "profile-" + i));
        }

        new Expander(databases, UserDatabases.of("userdb-{instanceId}")).expand(building);

        assertThat(building.unstaged()).isEmpty();
        assertThat(aside(building))
                .hasSize(80)
                .allSatisfy(
                        row -> assertThat(row.expansions().get(0).document()).isNotNull());
        assertThat(portions)
                .hasSizeGreaterThan(5)
                .allSatisfy(bytes -> assertThat(bytes).isLessThan(StagedBuild.BATCH_BYTES + 3 * MEBIBYTE));
        assertThat(room()).isEqualTo(39);
        building.end();
        assertThat(room()).isEqualTo(200);
    }

    /** Says how much each portion is that is put aside. */
    private ViewStore recording(List<Long> portions) {
        return new DelegatingViewStore(store) {
            @Override
            public Optional<ViewStage> stage(String view, long base, String fingerprint) {
                return super.stage(view, base, fingerprint).map(stage -> new DelegatingViewStage(stage) {
                    @Override
                    public boolean add(ViewDelta delta) {
                        portions.add(bytes(delta.slices()));
                        return super.add(delta);
                    }
                });
            }
        };
    }

    private static long asideBytes(Findings building) {
        return Objects.requireNonNull(building.build()).aside() == null
                ? 0
                : aside(building).bytes();
    }

    /** It may have to send them somewhere; for a store in this heap they get larger, as all is gone through for each. */
    @Test
    void anotherStoreIsGivenPortionsOfOneSize() {
        List<Long> portions = new ArrayList<>();
        Findings building = findings(null);
        building.buildIn(Objects.requireNonNull(open(recording(portions))));
        Findings here = findings(null);
        here.buildIn(Objects.requireNonNull(open(new InMemoryViewStore())));

        for (int i = 0; i < 98; i++) {
            building.moved(slice(i, 1));
            here.moved(slice(i, 1));
        }

        assertThat(portions)
                .hasSize(3)
                .allSatisfy(bytes ->
                        assertThat(bytes).isBetween(StagedBuild.BATCH_BYTES, StagedBuild.BATCH_BYTES + 2 * MEBIBYTE));
        assertThat(here.unstaged()).hasSize(98 - 64);
    }

    @Test
    void whereThereIsNoRoomForWhatRowsReferToTheBuildFails() throws Exception {
        InMemoryDatabases databases = new InMemoryDatabases();
        databases.put(
                "userdb-profiles",
                new ObjectMapper().createObjectNode().put("_id", "p").put("text", "x".repeat(1 << 20)));
        Findings building = new Findings(EXPANDING, null, new ReferenceIndex(), scheduler.instant(), memory, List.of());
        building.buildIn(Objects.requireNonNull(StagedBuild.open(store, VIEW, EXPANDING, 0, scheduler)));
        for (int i = 0; i < 120; i++) {
            building.moved(referring(i, "p"));
        }

        new Expander(databases, UserDatabases.of("userdb-{instanceId}")).expand(building);

        assertThat(building.isFull()).isTrue();
        assertThat(building.build()).as("it can be forgotten").isNull();
        assertThat(room()).isEqualTo(200);
    }

    @Test
    void aBuildThatAnotherGenerationOvertookIsCommittedOnTopOfThat() {
        Findings building = building();
        for (int i = 0; i < 40; i++) {
            building.moved(slice(i, 1));
        }
        StagedBuild build = (StagedBuild) Objects.requireNonNull(building.build());
        store.commit(ViewDelta.whole(VIEW, 0, new ViewHead(1, "another", Instant.EPOCH, 1, 0), List.of(slice(0, 7))));
        ViewHead next = new ViewHead(2, POSTS.fingerprint(), Instant.EPOCH, 40, 0);
        ViewDelta rest = new ViewDelta(VIEW, 1, true, next, building.unstaged(), Set.of());

        assertThat(build.commit(rest, Snapshot.built(build.aside(), rest))).isTrue();

        assertThat(store.head(VIEW)).contains(next);
        assertThat(store.read(VIEW, 0).orElseThrow().slices()).hasSize(40);
    }
}
