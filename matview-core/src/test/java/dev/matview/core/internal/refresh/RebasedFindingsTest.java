package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.Views;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is left of findings after another process has committed a generation. */
class RebasedFindingsTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts").build();
    private static final Instant BEGUN = Instant.ofEpochSecond(100);

    private static ViewHead head(long generation) {
        return new ViewHead(generation, POSTS.fingerprint(), Instant.ofEpochSecond(generation), 2, 0);
    }

    private static Slice slice(String database, Object position, String document) {
        Row row = new Row(database, "p", new byte[0], document.getBytes(), null);
        return new Slice(database, Views.position(position), List.of(row));
    }

    private final Snapshot base = Snapshot.of(
            ViewDelta.whole("v", 0, head(1), List.of(slice("userdb-a", 1, "a"), slice("userdb-b", 1, "b"))));

    private final Findings found =
            new Findings(POSTS, base, new ReferenceIndex(), BEGUN, new ViewMemory(1 << 20), List.of());

    private Snapshot afterMoving(String database) {
        SliceDelta change = SliceDelta.of(slice(database, 2, "of another"));
        return base.apply(new ViewDelta("v", 1, false, head(2), List.of(change), Set.of()));
    }

    @Test
    void aDifferenceThatNobodyNoticedIsStillMended() {
        found.reread(slice("userdb-a", 1, "mended"));

        Findings rest = found.rebasedOn(afterMoving("userdb-b"));

        assertThat(rest.moved()).extracting(Slice::database).containsExactly("userdb-a");
        assertThat(rest.isPartial()).isFalse();
    }

    @Test
    void whatTheOtherMovedToTheSamePlaceIsDone() {
        found.moved(slice("userdb-a", 2, "of another"));

        Findings rest = found.rebasedOn(afterMoving("userdb-a"));

        assertThat(rest.isEmpty()).isTrue();
        assertThat(rest.isPartial()).isFalse();
        assertThat(rest.asOf()).isEqualTo(BEGUN);
    }

    @Test
    void whatTheOtherMovedElsewhereIsToBeReadAgain() {
        found.moved(slice("userdb-a", 3, "later"));
        found.moved(slice("userdb-b", 3, "later"));

        Findings rest = found.rebasedOn(afterMoving("userdb-a"));

        assertThat(rest.moved()).extracting(Slice::database).containsExactly("userdb-b");
        assertThat(rest.isPartial()).isTrue();
        assertThat(rest.asOf()).isEqualTo(head(2).refreshedAt());
    }
}
