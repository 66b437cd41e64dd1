package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.RefreshResult.RowChanges;
import dev.matview.core.error.FailureKind;
import dev.matview.core.feed.Refresh;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of refreshes: why each was begun, which rows it changed, and since when a database is behind. */
class RefreshCauseTest extends WorkerFixture {

    private final List<RefreshListener.Run> runs = new CopyOnWriteArrayList<>();
    private final List<RowChanges> changes = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        feeds.onRefresh(new RefreshListener() {
            @Override
            public void refreshed(Run run, RefreshResult result) {
                changes.add(result.rowChanges());
                runs.add(run);
            }

            @Override
            public void failed(Run run, String reason) {
                runs.add(run);
            }
        });
    }

    /** Runs what is due until so many refreshes have ended. */
    private RefreshListener.Run last(int refreshes) {
        await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return runs.size() == refreshes;
        });
        settle();
        return runs.get(refreshes - 1);
    }

    @Test
    void whyItWasBegunIsToldOfEach() {
        post("userdb-a", "1", 1);
        start(POSTS);
        Instant begun = scheduler.instant();
        assertThat(last(1).why()).isEqualTo(RefreshListener.Why.FIRST);
        assertThat(runs.get(0).begunAt()).isEqualTo(begun);

        advance(Duration.ofMinutes(5));
        assertThat(last(2).why()).isEqualTo(RefreshListener.Why.INTERVAL);

        scheduler.await(feeds.refresh("posts"));
        assertThat(last(3).why()).isEqualTo(RefreshListener.Why.REQUEST);

        registry.put(feed("posts").interval(Duration.ofMinutes(5)).fields("n").build());
        assertThat(last(4).why()).isEqualTo(RefreshListener.Why.DEFINITION);

        aggregator.failure = new IllegalStateException("away");
        advance(Duration.ofMinutes(5));
        assertThat(last(5).why()).isEqualTo(RefreshListener.Why.INTERVAL);
        aggregator.failure = null;
        advance(Duration.ofMinutes(1));
        assertThat(runs.get(5).why()).isEqualTo(RefreshListener.Why.RETRY);
    }

    @Test
    void ofAChangeItIsToldHowLongAgoItWasNoticed() {
        start(feed("posts")
                .refresh(Refresh.continuous(Duration.ofHours(1), Duration.ofSeconds(5)))
                .build());
        last(1);
        post("userdb-a", "1", 1);

        advance(Duration.ofSeconds(5));

        RefreshListener.Run run = last(2);
        assertThat(run.why()).isEqualTo(RefreshListener.Why.CHANGE);
        assertThat(run.delay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(runs.get(0).delay()).isNull();
    }

    @Test
    void aChangeThatIsPerhapsNotShownWaitsOn() {
        post("userdb-a", "1", 1);
        start(feed("posts")
                .refresh(Refresh.continuous(Duration.ofHours(1), Duration.ofSeconds(5)))
                .build());
        last(1);
        aggregator.databases.fail("userdb-a", new IOException("on fire"));
        post("userdb-a", "1", 2);
        advance(Duration.ofSeconds(5));
        assertThat(last(2).delay()).as("the database that changed is behind").isNull();

        aggregator.databases.recover("userdb-a");
        advance(Duration.ofMinutes(1));

        assertThat(runs.get(2).why()).isEqualTo(RefreshListener.Why.RETRY);
        assertThat(runs.get(2).delay()).isGreaterThan(Duration.ofSeconds(5));
    }

    @Test
    void aReaderWhoWantsYoungerRowsIsAReason() {
        start(POSTS);
        last(1);
        scheduler.advance(Duration.ofMinutes(2));

        scheduler.await(feeds.refreshIfOlder("posts", Duration.ofMinutes(1)));

        assertThat(last(2).why()).isEqualTo(RefreshListener.Why.READER);
    }

    @Test
    void rowsThatCameChangedAndLeftAreCounted() {
        post("userdb-a", "1", 1);
        post("userdb-a", "2", 2);
        post("userdb-b", "3", 3);
        start(POSTS);
        last(1);
        post("userdb-a", "1", 7);
        post("userdb-a", "4", 4);
        aggregator.databases.delete("userdb-a", "2");
        aggregator.databases.drop("userdb-b");

        advance(Duration.ofMinutes(5));
        advance(Duration.ofMinutes(5));

        assertThat(changes).containsExactly(new RowChanges(3, 0, 0), new RowChanges(1, 1, 2), RowChanges.NONE);
    }

    @Test
    void aDatabaseIsBehindSinceTheFirstOfTheAttemptsThatFailedInARow() {
        post("userdb-a", "1", 1);
        post("userdb-b", "1", 1);
        start(POSTS);
        last(1);
        aggregator.databases.fail("userdb-b", new ConnectException("no route"));
        advance(Duration.ofMinutes(5));
        Instant first = scheduler.instant();
        aggregator.databases.fail("userdb-b", new IOException("on fire"));
        advance(Duration.ofMinutes(5));

        assertThat(feeds.status("posts").behind())
                .containsExactly(new Behind("userdb-b", FailureKind.UNREADABLE, "on fire", first));
        assertThat(feeds.status("posts").behindKinds()).isEqualTo(Map.of(FailureKind.UNREADABLE, 1));

        aggregator.databases.recover("userdb-b");
        advance(Duration.ofMinutes(5));
        assertThat(feeds.status("posts").behind()).isEmpty();

        aggregator.databases.fail("userdb-b", new ConnectException("again"));
        advance(Duration.ofMinutes(5));
        assertThat(feeds.status("posts").behind())
                .singleElement()
                .satisfies(behind -> assertThat(behind.since()).isAfter(first.plus(Duration.ofMinutes(5))))
                .extracting(Behind::kind)
                .isEqualTo(FailureKind.AWAY);
    }

    @Test
    void howLongTheRestTakesIsToldByTheLastHalfMinute() {
        Pace pace = new Pace();
        pace.covers(100);
        assertThat(pace.left(0)).isNull();
        pace.note(0);
        visit(pace, 10);
        assertThat(pace.left(500)).as("too early").isNull();
        assertThat(pace.left(10_000)).isEqualTo(Duration.ofSeconds(90));
        for (int second = 1; second <= 60; second++) {
            visit(pace, second <= 30 ? 0 : 2);
            pace.note(second * 1_000L);
        }
        assertThat(pace.left(60_000)).as("30 databases, at 2 a second").isEqualTo(Duration.ofSeconds(15));
        visit(pace, 30);
        assertThat(pace.left(60_000)).isEqualTo(Duration.ZERO);
    }

    @Test
    void databasesThatDidNotMoveSayNothingOfThoseThatAreRead() {
        Pace pace = new Pace();
        pace.covers(10_000);
        pace.note(0);
        visit(pace, 1);
        pace.note(1);
        visit(pace, 9_899);
        pace.note(20);

        visit(pace, 2);
        pace.note(2_020);

        assertThat(pace.left(2_020)).isEqualTo(Duration.ofSeconds(98));
    }

    private static void visit(Pace pace, int databases) {
        for (int i = 0; i < databases; i++) {
            pace.visited();
        }
    }
}
