package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.Refresh;
import dev.matview.core.mango.MangoException;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The small values of core: what they refuse, what they copy, what makes two of them equal. */
class ValuesTest {

    private static final Position POSITION = new Position("1", "0", "0");

    private static ViewHead head(long generation) {
        return new ViewHead(generation, "fingerprint", Instant.EPOCH, 1, 0);
    }

    private static Row row(String id) {
        return new Row("userdb-a", id, new byte[] {1}, new byte[] {2}, null);
    }

    @Nested
    class Deltas {
        private final SliceDelta slice = SliceDelta.of(new Slice("userdb-a", POSITION, List.of(row("p"))));

        @Test
        void aDeltaLeadsForward() {
            assertThatThrownBy(() -> new ViewDelta("v", 3, false, head(2), List.of(), Set.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3")
                    .hasMessageContaining("2");
            assertThatThrownBy(() -> new ViewDelta("v", -1, false, head(2), List.of(), Set.of()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> head(0)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void aDeltaIsEmptyWhenNoSliceDiffers() {
            assertThat(new ViewDelta("v", 1, false, head(2), List.of(), Set.of()).isEmpty())
                    .isTrue();
            assertThat(new ViewDelta("v", 1, false, head(2), List.of(slice), Set.of()).isEmpty())
                    .isFalse();
            assertThat(new ViewDelta("v", 1, false, head(2), List.of(), Set.of("userdb-b")).isEmpty())
                    .isFalse();
            assertThat(ViewDelta.whole("v", 1, head(2), List.of()).isEmpty()).isFalse();
        }

        @Test
        void aWholeDeltaHoldsTheSlices() {
            ViewDelta whole =
                    ViewDelta.whole("v", 1, head(2), List.of(new Slice("userdb-a", POSITION, List.of(row("p")))));

            assertThat(whole).isEqualTo(new ViewDelta("v", 1, true, head(2), List.of(slice), Set.of()));
        }

        @Test
        void aDeltaIsACopy() {
            List<Row> rows = new ArrayList<>(List.of(row("p")));
            Set<String> removed = new HashSet<>(Set.of("q"));
            SliceDelta copied = new SliceDelta("userdb-a", POSITION, rows, removed);
            rows.clear();
            removed.clear();

            assertThat(copied.put()).containsExactly(row("p"));
            assertThat(copied.removed()).containsExactly("q");
        }
    }

    @Nested
    class Rows {
        @Test
        void rowsAreEqualWhenAllTheyShowIs() {
            assertThat(row("p")).isEqualTo(row("p")).hasSameHashCodeAs(row("p"));
            assertThat(row("p"))
                    .isNotEqualTo(row("q"))
                    .isNotEqualTo(new Row("userdb-b", "p", new byte[] {1}, new byte[] {2}, null))
                    .isNotEqualTo(new Row("userdb-a", "p", new byte[] {3}, new byte[] {2}, null))
                    .isNotEqualTo(new Row("userdb-a", "p", new byte[] {1}, new byte[] {3}, null))
                    .isNotEqualTo(new Row("userdb-a", "p", new byte[] {1}, new byte[] {2}, Acl.OPEN));
        }

        @Test
        void rowsOrderByKeyAsUnsignedBytesThenByDatabaseThenById() {
            Row low = new Row("userdb-z", "z", new byte[] {127}, new byte[0], null);
            Row high = new Row("userdb-a", "a", new byte[] {-128}, new byte[0], null);
            Row otherDatabase = new Row("userdb-b", "a", new byte[] {-128}, new byte[0], null);
            Row otherId = new Row("userdb-b", "b", new byte[] {-128}, new byte[0], null);

            assertThat(List.of(low, high, otherDatabase, otherId)).isSorted();
            assertThat(high.compareTo(low)).isPositive();
        }

        @Test
        void aRowIsPrintedWithoutItsContent() {
            assertThat(row("p")).hasToString("userdb-a/p");
        }
    }

    @Nested
    class Queries {
        @Test
        void allIsTheFirstPageForAnybody() {
            assertThat(Query.all().selector().json().size()).isZero();
            assertThat(Query.all().fields().isAll()).isTrue();
            assertThat(Query.all().sort().isNone()).isTrue();
            assertThat(Query.all().limit()).isEmpty();
            assertThat(Query.all().skip()).isZero();
            assertThat(Query.all().bookmark()).isNull();
            assertThat(Query.all().maxAge()).isNull();
            assertThat(Query.all().caller()).isEqualTo(Caller.anonymous());
        }

        @Test
        void theShapeNamesWhatIsSeenAndInWhichOrder() {
            Query query = Query.builder().selector("{\"a\":1}").build();

            assertThat(Query.builder()
                            .selector("{\"a\":1}")
                            .limit(3)
                            .skip(2)
                            .bookmark("b")
                            .maxAge(Duration.ZERO)
                            .caller(new Caller("d", null))
                            .build()
                            .shape())
                    .isEqualTo(query.shape());
            assertThat(Query.builder().selector("{\"a\":2}").build().shape()).isNotEqualTo(query.shape());
            assertThat(Query.all().shape()).isNotEqualTo(query.shape());
        }

        @Test
        void whatMakesNoSenseIsRefused() {
            assertThatThrownBy(() -> Query.builder().maxAge(Duration.ofSeconds(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxAge");
            assertThatThrownBy(() -> Query.builder().limit(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("limit");
            assertThatThrownBy(() -> Query.builder().skip(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("skip");
            assertThatThrownBy(() -> Query.builder().selector("{")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Query.builder().selector("{\"a\":{\"$nope\":1}}"))
                    .isInstanceOf(MangoException.class);
            assertThat(Query.builder().limit(0).build().limit()).hasValue(0);
        }
    }

    @Nested
    class Refreshes {
        private final Duration minute = Duration.ofMinutes(1);

        @Test
        void aFeedIsRefreshedAtItsInterval() {
            assertThat(Refresh.every(minute)).isEqualTo(new Refresh(minute, false, Refresh.DEFAULT_MIN_INTERVAL));
        }

        @Test
        void aContinuousFeedIsRefreshedAtItsIntervalToo() {
            assertThat(Refresh.continuous(minute)).isEqualTo(new Refresh(minute, true, Duration.ofSeconds(1)));
        }

        @Test
        void aDurationIsASecondAtLeast() {
            assertThat(new Refresh(Refresh.LEAST, true, Refresh.LEAST).interval())
                    .isEqualTo(Duration.ofSeconds(1));
            for (Duration bad : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofMillis(999))) {
                assertThatThrownBy(() -> new Refresh(bad, true, minute))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("interval");
                assertThatThrownBy(() -> new Refresh(minute, true, bad))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("minInterval");
            }
        }
    }
}
