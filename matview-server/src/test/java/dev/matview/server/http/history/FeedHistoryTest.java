package dev.matview.server.http.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshListener.Why;
import dev.matview.core.RefreshResult;
import dev.matview.core.error.FailureKind;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.LeftOut;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeedHistoryTest {

    private static final FeedStatus POSTS = new FeedStatus(
            FeedDefinition.builder("posts").build(),
            null,
            null,
            null,
            null,
            1,
            "no route",
            List.of(),
            Map.of(),
            LeftOut.NOTHING,
            0,
            0,
            List.of());

    /** Whose status is asked for one by one: there may be many. */
    private static GlobalFeeds feeds() {
        return (GlobalFeeds) Proxy.newProxyInstance(
                GlobalFeeds.class.getClassLoader(), new Class<?>[] {GlobalFeeds.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("status") || arguments == null) {
                        throw new AssertionError(method + " is not to be asked for one refresh");
                    }
                    if (!arguments[0].equals("posts")) {
                        throw new FeedNotRegisteredException((String) arguments[0]);
                    }
                    return POSTS;
                });
    }

    private static Run run(String collection) {
        return new Run(collection, Why.INTERVAL, Instant.EPOCH, Duration.ofSeconds(1), null);
    }

    @Test
    void aRefreshAsksForTheStatusOfItsOwnFeedAlone() {
        FeedHistory history = new FeedHistory(feeds(), InstantSource.system());

        history.failed(run("posts"), "no route");

        assertThat(history.refreshes("posts")).hasSize(1);
        assertThat(history.samples("posts")).hasSize(1);
    }

    @Test
    void ofARefreshThatCouldReadNothingTheReasonIsKept() {
        FeedHistory history = new FeedHistory(feeds(), InstantSource.system());
        List<FeedStatus.Behind> behind =
                List.of(new FeedStatus.Behind("userdb-a", FailureKind.AWAY, "no route", Instant.EPOCH));

        history.refreshed(
                run("posts"),
                new RefreshResult("posts", 7, false, 3, 0, 9, RefreshResult.RowChanges.NONE, behind, 3, 0));
        history.refreshed(
                run("posts"),
                new RefreshResult("posts", 7, false, 3, 0, 9, RefreshResult.RowChanges.NONE, behind, 1, 0));

        assertThat(history.refreshes("posts"))
                .extracting(PastRefresh::reason)
                .containsExactly(null, "none of 3 databases could be read, for example userdb-a: no route");
        assertThat(history.refreshes("posts"))
                .extracting(past -> past.result().outcome())
                .containsExactly(RefreshResult.Outcome.UNCHANGED, RefreshResult.Outcome.UNREAD);
    }

    @Test
    void nothingIsRememberedOfAFeedThatWentMeanwhile() {
        FeedHistory history = new FeedHistory(feeds(), InstantSource.system());

        history.failed(run("notes"), "no route");

        assertThat(history.refreshes("notes")).isEmpty();
    }
}
