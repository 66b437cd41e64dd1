package dev.matview.couch.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.couch.internal.source.RollingReread.Allowance;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose turn it is to be read again. */
class RollingRereadTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);
    private static final List<String> NAMES =
            IntStream.range(0, 1_000).mapToObj(i -> "userdb-" + i).toList();

    private final RollingReread rereads = new RollingReread(WEEK, List.of());
    private final Map<String, Integer> read = new HashMap<>();

    private static Demand demand(Instant heldSince) {
        return demand("posts", heldSince);
    }

    private static Demand demand(String collection, Instant heldSince) {
        return new Demand(
                FeedDefinition.builder(collection).build(),
                Map.of("userdb-1", new Position("1", "0", "0")),
                heldSince,
                null);
    }

    private Set<String> visit(RollingReread by, Instant heldSince, Instant at) {
        Demand demand = demand(heldSince);
        Set<String> due = by.due(demand, NAMES, at);
        for (String name : due) {
            by.read(demand, name, true);
            read.merge(name, 1, Integer::sum);
        }
        return due;
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 61, 24 * 60})
    void everyDatabaseIsReadOnceInARound(int minutes) {
        Duration step = Duration.ofMinutes(minutes);
        visit(rereads, NOW, NOW);
        for (Instant at = NOW.plus(step); !at.isAfter(NOW.plus(WEEK)); at = at.plus(step)) {
            visit(rereads, NOW, at);
        }
        visit(rereads, NOW, NOW.plus(WEEK));

        assertThat(read).containsOnlyKeys(NAMES);
        assertThat(read.values()).containsOnly(1);
    }

    @Test
    void databasesAreSpreadOverTheRound() {
        visit(rereads, NOW, NOW);

        assertThat(visit(rereads, NOW, NOW.plus(WEEK.dividedBy(7)))).hasSizeBetween(100, 190);
    }

    @Test
    void aRestartMissesNobody() {
        for (int day = 1; day <= 7; day++) {
            // Built anew each morning; the view's last generation is of the evening before.
            RollingReread today = new RollingReread(WEEK, List.of());
            Instant morning = NOW.plus(Duration.ofDays(day));
            visit(today, morning.minus(Duration.ofHours(12)), morning);
            visit(today, morning, morning.plus(Duration.ofHours(12)));
        }

        assertThat(read).containsOnlyKeys(NAMES);
    }

    @Test
    void whatIsDueStaysSoUntilItIsRead() {
        Demand demand = demand(NOW);
        rereads.due(demand, NAMES, NOW);
        Set<String> due = rereads.due(demand, NAMES, NOW.plus(Duration.ofDays(1)));
        String first = due.iterator().next();

        rereads.read(demand, first, true);

        assertThat(rereads.due(demand, NAMES, NOW.plus(Duration.ofDays(1))))
                .hasSize(due.size() - 1)
                .doesNotContain(first);
        assertThat(rereads.due(demand, List.of(), NOW.plus(Duration.ofDays(1)))).isEmpty();
    }

    @Test
    void whatWasFoundAndNotCommittedIsLookedForAgain() {
        Demand demand = demand(NOW);
        Instant later = NOW.plus(WEEK);
        rereads.due(demand, NAMES, NOW);
        rereads.due(demand, NAMES, later).forEach(name -> rereads.read(demand, name, !name.equals("userdb-1")));

        assertThat(rereads.due(demand, NAMES, later))
                .as("nothing was committed")
                .containsExactly("userdb-1");
        rereads.read(demand, "userdb-1", false);

        Demand committed = demand(later);
        assertThat(rereads.due(committed, NAMES, later)).isEmpty();
        assertThat(rereads.due(committed, NAMES, later)).isEmpty();
    }

    @Test
    void nothingIsKeptOfAFeedThatIsNoMore() {
        for (int i = 0; i < 100; i++) {
            rereads.due(demand("feed-" + i, NOW), NAMES, NOW);
        }
        assertThat(rereads.feeds()).isEqualTo(100);
        Instant later = NOW.plus(WEEK).plusSeconds(1);

        rereads.due(demand("posts", NOW), NAMES, later);

        assertThat(rereads.feeds()).isEqualTo(1);
        assertThat(rereads.due(demand("feed-1", NOW), NAMES, later))
                .as("should it come back")
                .hasSameSizeAs(NAMES);
    }

    @Test
    void zeroTurnsItOff() {
        assertThat(visit(new RollingReread(Duration.ZERO, List.of()), NOW.minus(WEEK), NOW))
                .isEmpty();
    }

    @Test
    void whoHoldsNothingHasNothingReadAgain() {
        Demand nothing = new Demand(FeedDefinition.builder("posts").build(), Map.of());
        rereads.due(nothing, NAMES, NOW);

        assertThat(rereads.due(nothing, NAMES, NOW.plus(WEEK))).isEmpty();
    }

    @Test
    void aTwentiethOfTheTimeAndOfTheRequestsMayBeSpent() {
        Allowance allowance = new Allowance(100, NOW);
        Instant hour = NOW.plus(Duration.ofHours(1));
        int spent = 0;
        for (Instant at = NOW; at.isBefore(hour); at = at.plusSeconds(1)) {
            while (allowance.isLeft(at)) {
                allowance.spend(1, Duration.ofMillis(1));
                spent++;
            }
        }
        // 5 of 100 requests a second.
        assertThat(spent).isBetween(17_900, 18_100);

        Duration taken = Duration.ZERO;
        Allowance slow = new Allowance(100, NOW);
        for (Instant at = NOW; at.isBefore(hour); at = at.plusSeconds(1)) {
            if (slow.isLeft(at)) {
                slow.spend(1, Duration.ofSeconds(20));
                taken = taken.plusSeconds(20);
            }
        }
        assertThat(taken).isBetween(Duration.ofMinutes(2), Duration.ofSeconds(220));
    }
}
