package dev.matview.couch.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GradualSweepTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<String> databases = new ArrayList<>(
            IntStream.range(0, 1_000).mapToObj(i -> "userdb-" + i).toList());
    private final GradualSweep sweep = new GradualSweep(Duration.ofHours(1), START);
    private int listings;

    private List<String> list() {
        listings++;
        return databases;
    }

    private List<String> turn(Duration sinceStart) throws InterruptedException {
        return sweep.turn(START.plus(sinceStart), databases.size(), this::list);
    }

    private List<String> visit(Duration sinceStart) throws InterruptedException {
        List<String> turn = turn(sinceStart);
        if (!turn.isEmpty()) {
            sweep.looked(START.plus(sinceStart), turn);
        }
        return turn;
    }

    @Test
    void aPartOfTheIntervalHasAsGreatAPartOfTheDatabases() throws InterruptedException {
        assertThat(visit(Duration.ofMinutes(12))).hasSize(200);
        assertThat(visit(Duration.ofMinutes(18))).hasSize(100);
    }

    @Test
    void nobodyIsAskedForAFew() throws InterruptedException {
        assertThat(visit(Duration.ofMinutes(5))).isEmpty();

        assertThat(listings).isZero();
    }

    @Test
    void anHourOfVisitsReachesEveryDatabaseOnce() throws InterruptedException {
        List<String> looked = new ArrayList<>();
        for (int second = 0; second <= 3_600; second++) {
            looked.addAll(visit(Duration.ofSeconds(second)));
        }

        assertThat(looked).containsExactlyInAnyOrderElementsOf(databases);
        assertThat(listings).isEqualTo(1);
    }

    @Test
    void whatIsNewIsInTheNextRound() throws InterruptedException {
        for (int minute = 6; minute <= 60; minute += 6) {
            visit(Duration.ofMinutes(minute));
        }
        databases.add(0, "userdb-new");

        assertThat(visit(Duration.ofMinutes(66))).contains("userdb-new");
    }

    @Test
    void aTurnThatCameToNothingComesAgain() throws InterruptedException {
        List<String> failed = List.copyOf(turn(Duration.ofMinutes(6)));

        assertThat(turn(Duration.ofMinutes(7))).startsWith(failed.toArray(String[]::new));
    }

    @Test
    void afterTheWholeIntervalItIsEverybodysTurn() throws InterruptedException {
        visit(Duration.ofMinutes(30));

        assertThat(visit(Duration.ofMinutes(90))).hasSize(1_000);
    }

    @Test
    void aFewDatabasesHaveTheirTurnTogether() throws InterruptedException {
        databases.subList(3, databases.size()).clear();

        assertThat(visit(Duration.ofMinutes(59))).isEmpty();
        assertThat(visit(Duration.ofMinutes(60))).hasSize(3);
    }
}
