package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Settings;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PinnedGenerationsTest {

    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final FeedDefinition FEED = FeedDefinition.builder("posts").build();

    private final ManualScheduler clock = new ManualScheduler();

    private PinnedGenerations pinned(long rows) {
        return new PinnedGenerations(
                Settings.builder().bookmarkGrace(GRACE).pinnedRows(rows).build(), clock);
    }

    private static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.EPOCH, 1, 0);
    }

    /** A first generation of so many rows, none of them old. */
    private static Snapshot first(int rows) {
        return Snapshot.of(ViewDelta.whole("v", 0, head(1), List.of(slice(rows, 0))));
    }

    private static Slice slice(int rows, int stamp) {
        List<Row> all = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            all.add(row(i, stamp));
        }
        return new Slice("userdb-a", new Position("" + stamp, "0", "i"), all);
    }

    private static Row row(int number, int stamp) {
        byte[] key = "%06d".formatted(number).getBytes();
        return new Row("userdb-a", "p" + number, key, ("{\"n\":" + stamp + "}").getBytes(), null);
    }

    /** The next generation, of which so many rows are new objects. */
    private static Snapshot next(Snapshot base, int changed) {
        long generation = base.head().generation();
        Slice slice = slice(changed, (int) generation);
        ViewDelta.SliceDelta delta = new ViewDelta.SliceDelta("userdb-a", slice.position(), slice.rows(), Set.of());
        return base.apply(new ViewDelta("v", generation, false, head(generation + 1), List.of(delta), Set.of()));
    }

    private static Served served(Snapshot snapshot) {
        return Served.of(FEED, snapshot, Coverage.of(snapshot.head()), null, 0);
    }

    /** Replaces generation after generation. */
    private static List<Snapshot> replace(PinnedGenerations.Line line, Snapshot first, int times, int changed) {
        List<Snapshot> all = new ArrayList<>(List.of(first));
        for (int i = 0; i < times; i++) {
            Snapshot last = all.get(all.size() - 1);
            Snapshot next = next(last, changed);
            line.replaced(served(last), served(next));
            all.add(next);
        }
        return all;
    }

    private static boolean isKept(PinnedGenerations.Line line, Snapshot snapshot) {
        return line.find(snapshot.tag()).isPresent();
    }

    @Test
    void aGenerationIsKeptForTheGracePeriodAfterTheNextOne() {
        PinnedGenerations.Line line = pinned(1_000).line();
        Snapshot first = replace(line, first(10), 1, 1).get(0);

        clock.advance(GRACE.minusMillis(1));
        assertThat(isKept(line, first)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(isKept(line, first)).isFalse();
    }

    /** What a user has deleted is not to stay in memory for as long as nothing else happens. */
    @Test
    void aGenerationWhoseTimeIsOverLeavesTheMemoryThoughNoneFollows() {
        PinnedGenerations pinned = pinned(1_000);
        PinnedGenerations.Line line = pinned.line();
        Snapshot first = first(10);
        replace(line, first, 2, 1);
        Subscription held = line.hold(first.tag());
        assertThat(pinned.rows()).isPositive();

        clock.advance(GRACE.plusMillis(1));
        assertThat(isKept(line, first)).isTrue();
        held.close();
        clock.advance(GRACE.plusMillis(1));

        assertThat(pinned.rows()).isZero();
        assertThat(clock.nextDue()).as("timers").isEmpty();
    }

    /** Each push to each subscriber lets go of one answer, and holds the next. */
    @Test
    void lettingGoSetsNoTimerAnew() {
        AtomicInteger timers = new AtomicInteger();
        Scheduler counting = new Scheduler() {
            @Override
            public Instant instant() {
                return clock.instant();
            }

            @Override
            public Subscription schedule(Duration delay, Runnable task) {
                timers.incrementAndGet();
                return clock.schedule(delay, task);
            }

            @Override
            public void close() {}
        };
        PinnedGenerations.Line line = new PinnedGenerations(Settings.defaults(), counting).line();
        List<Snapshot> all = replace(line, first(10), 2, 1);

        for (int i = 0; i < 100; i++) {
            line.hold(all.get(2).tag()).close();
        }

        assertThat(timers).hasValue(1);
    }

    @Test
    void aGenerationThatIsHeldIsKeptUntilAllHaveLetGoAndForTheGracePeriodAfterThat() {
        PinnedGenerations.Line line = pinned(1_000).line();
        Snapshot first = first(10);
        Subscription one = line.hold(first.tag());
        Subscription other = line.hold(first.tag());
        replace(line, first, 3, 1);
        clock.advance(Duration.ofHours(1));
        one.close();
        one.close();
        clock.advance(Duration.ofHours(1));
        assertThat(isKept(line, first)).isTrue();

        other.close();

        clock.advance(GRACE.minusMillis(1));
        assertThat(isKept(line, first)).as("whoever comes back at once").isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(isKept(line, first)).isFalse();
    }

    /** 100 references weigh as much as a row; a generation of 1,000 rows that shares all but one weighs about 5. */
    @Test
    void rowsThatGenerationsShareAreCountedOnce() {
        PinnedGenerations.Line line = pinned(80).line();

        List<Snapshot> all = replace(line, first(1_000), 20, 1);

        assertThat(all.stream().filter(snapshot -> isKept(line, snapshot))).hasSizeBetween(12, 19);
        assertThat(isKept(line, all.get(0))).as("the oldest goes first").isFalse();
        assertThat(isKept(line, all.get(19))).isTrue();
    }

    /** Five minutes of a continuous feed, at a generation a second. */
    @Test
    void threeHundredGenerationsOfALargeViewWithOneChangeEachWeighAlmostNothing() {
        PinnedGenerations pinned = pinned(100_000);
        PinnedGenerations.Line line = pinned.line();

        List<Snapshot> all = replace(line, first(100_000), 300, 1);

        assertThat(all.stream().filter(snapshot -> isKept(line, snapshot))).hasSize(300);
        assertThat(pinned.rows()).isLessThan(300 * 15);
    }

    @Test
    void rowsThatGenerationsDoNotShareAreAllCounted() {
        PinnedGenerations.Line line = pinned(2_500).line();

        List<Snapshot> all = replace(line, first(1_000), 20, 1_000);

        assertThat(all.stream().filter(snapshot -> isKept(line, snapshot))).hasSize(2);
    }

    @Test
    void allFeedsShareOneBound() {
        PinnedGenerations pinned = pinned(2_500);
        PinnedGenerations.Line one = pinned.line();
        PinnedGenerations.Line other = pinned.line();

        List<Snapshot> first = replace(one, first(1_000), 2, 1_000);
        List<Snapshot> second = replace(other, first(1_000), 1, 1_000);

        assertThat(isKept(one, first.get(0))).isFalse();
        assertThat(isKept(one, first.get(1))).isTrue();
        assertThat(isKept(other, second.get(0))).isTrue();
    }

    /** What a held generation shared with later ones that are given up, it keeps alone from then on. */
    @Test
    void whatIsHeldForLongWeighsMoreAndMoreAndIsGivenUpLast() {
        PinnedGenerations.Line line = pinned(2_500).line();
        Snapshot held = first(1_000);
        line.hold(held.tag());
        Snapshot last = held;
        for (int i = 0; i < 10; i++) {
            List<Snapshot> two = replace(line, last, 1, 100 * (i + 1));
            last = two.get(1);
            clock.advance(GRACE);
        }
        assertThat(isKept(line, held)).isTrue();

        List<Snapshot> more = replace(line, last, 3, 1_000);

        assertThat(more.subList(0, 3).stream().filter(snapshot -> isKept(line, snapshot)))
                .as("beside the 1,011 of the held one there is room for one of 1,011")
                .hasSize(1);
        assertThat(isKept(line, held)).isTrue();
        last = more.get(3);
        for (int i = 0; i < 2; i++) {
            line.hold(last.tag());
            last = replace(line, last, 1, 1_000).get(1);
        }
        assertThat(isKept(line, held)).as("even what is held is bounded").isFalse();
    }

    @Test
    void theLineOfAFeedThatIsRemovedKeepsNothing() {
        PinnedGenerations pinned = pinned(1_050);
        PinnedGenerations.Line line = pinned.line();
        Snapshot first = replace(line, first(1_000), 1, 1_000).get(0);
        line.hold(first.tag());

        line.close();

        assertThat(isKept(line, first)).isFalse();
        replace(line, first(1_000), 1, 1_000);
        PinnedGenerations.Line other = pinned.line();
        assertThat(isKept(other, replace(other, first(1_000), 1, 1_000).get(0)))
                .as("all the room is there again")
                .isTrue();
    }
}
