package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A feed that keeps the first rows only has no others, whoever counts them. */
class LimitedFeedTest extends WorkerFixture {

    private static final FeedDefinition FIRST =
            feed("first").sort("[{\"n\":\"asc\"}]").limit(2).build();

    @Test
    void everythingThatCountsRowsStopsAtTheLimit() {
        fill();
        start(FIRST);

        RefreshResult result = scheduler.await(feeds.refresh("first"));

        assertThat(result.rows()).isEqualTo(2);
        assertThat(rows(feeds)).isEqualTo(2);
        assertThat(json("first")).isEqualTo("[{\"_id\":\"first\",\"n\":0},{\"_id\":\"first\",\"n\":1}]");
    }

    @Test
    void aRefreshThatFindsNothingNewCountsTheSame() {
        fill();
        start(FIRST);
        scheduler.await(feeds.refresh("first"));

        assertThat(scheduler.await(feeds.refresh("first")).rows()).isEqualTo(2);
        assertThat(rows(feeds)).isEqualTo(2);
    }

    @Test
    void aNodeThatFindsTheViewInItsStoreCountsTheSame() {
        fill();
        start(FIRST);
        scheduler.await(feeds.refresh("first"));

        try (var other = node()) {
            start(other);

            assertThat(scheduler.await(other.refresh("first")).rows()).isEqualTo(2);
            assertThat(rows(other)).isEqualTo(2);
        }
    }

    private void fill() {
        Stream.of("userdb-a", "userdb-b", "userdb-c").forEach(user -> {
            int n = user.charAt(user.length() - 1) - 'a';
            post(user, "first", n);
            post(user, "second", n + 10);
        });
    }

    private static int rows(GlobalFeeds node) {
        return Objects.requireNonNull(node.status("first").view()).rows();
    }
}
