package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.testkit.DelegatingViewStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds that are put aside in a store that does not answer, or that is another's. */
class StagedBuildFailuresTest extends StagedBuildFixture {

    /** @param arrives whether what it does not answer to has been done */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoreThatDidNotAnswerOnceIsGivenItWithTheNextPortion(boolean arrives) {
        FailingOnce failing = new FailingOnce(arrives);
        StagedBuild build = Objects.requireNonNull(open(failing));
        build.add(List.of(SliceDelta.of(slice(1, 1))), 3);
        failing.fails = true;
        build.add(List.of(SliceDelta.of(slice(2, 1))), 3);
        build.add(List.of(SliceDelta.of(slice(3, 1))), 3);

        assertThat(store.stage(VIEW, 0, POSTS.fingerprint())
                        .orElseThrow()
                        .read()
                        .slices())
                .hasSize(3);
    }

    @Test
    void aStoreThatDidNotAnswerLastIsAskedAgainByTheCommit() {
        FailingOnce failing = new FailingOnce(false);
        StagedBuild build = Objects.requireNonNull(open(failing));
        failing.fails = true;
        build.add(List.of(SliceDelta.of(slice(1, 1))), 2);

        ViewDelta rest = new ViewDelta(VIEW, 0, true, head(2), List.of(SliceDelta.of(slice(2, 1))), Set.of());
        assertThat(build.commit(rest, Snapshot.built(build.aside(), rest))).isTrue();

        assertThat(failing.wholeCommits).isZero();
        assertThat(store.read(VIEW, 0).orElseThrow().slices()).hasSize(2);
    }

    @Test
    void whatAnotherProcessHasBuiltMeanwhileIsNotMixedWithIt() {
        FailingOnce failing = new FailingOnce(false);
        StagedBuild build = Objects.requireNonNull(open(failing));
        build.add(List.of(SliceDelta.of(slice(1, 1))), 3);
        failing.fails = true;
        build.add(List.of(SliceDelta.of(slice(2, 1))), 3);
        ViewStage other = store.stage(VIEW, 0, POSTS.fingerprint()).orElseThrow();
        other.add(new ViewDelta(VIEW, 0, true, head(9), List.of(SliceDelta.of(slice(9, 1))), Set.of()));
        build.add(List.of(SliceDelta.of(slice(3, 1))), 3);

        ViewDelta rest = new ViewDelta(VIEW, 0, true, head(3), List.of(), Set.of());
        assertThat(build.commit(rest, Snapshot.built(build.aside(), rest))).isTrue();

        assertThat(store.read(VIEW, 0).orElseThrow().slices())
                .extracting(SliceDelta::database)
                .containsExactlyInAnyOrder("userdb-1", "userdb-2", "userdb-3");
    }

    /** Does not answer when a portion is put aside. */
    private final class FailingOnce extends DelegatingViewStore {
        private final boolean arrives;
        private boolean fails;
        private int wholeCommits;

        FailingOnce(boolean arrives) {
            super(store);
            this.arrives = arrives;
        }

        @Override
        public boolean commit(ViewDelta delta) {
            wholeCommits++;
            return super.commit(delta);
        }

        @Override
        public Optional<ViewStage> stage(String view, long base, String fingerprint) {
            return super.stage(view, base, fingerprint).map(stage -> new DelegatingViewStage(stage) {
                @Override
                public boolean add(ViewDelta delta) {
                    boolean refuses = fails;
                    fails = false;
                    boolean added = (!refuses || arrives) && super.add(delta);
                    if (refuses) {
                        throw new ViewStoreException("no answer");
                    }
                    return added;
                }
            });
        }
    }
}
