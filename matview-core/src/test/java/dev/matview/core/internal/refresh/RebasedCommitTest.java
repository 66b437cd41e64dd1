package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a refresh whose commit loses to another node's. */
class RebasedCommitTest extends TwoNodesFixture {

    @BeforeEach
    void startWithTwoUsers() {
        post("userdb-b", "1", 1);
        startBoth("1");
    }

    /** The first node reads and then the other, with the change in between; the first commits before the other. */
    private RefreshResult loseToTheFirst(Runnable inBetween) {
        Semaphore exit = aggregator.closeExit();
        CompletableFuture<RefreshResult> older = read(feeds, exit);
        scheduler.advance(Duration.ofSeconds(5));
        inBetween.run();
        Semaphore otherExit = otherAggregator.closeExit();
        CompletableFuture<RefreshResult> younger = read(other, otherExit);
        exit.release();
        scheduler.await(older);
        aggregator.openGate();
        otherAggregator.openGate();
        return scheduler.await(younger);
    }

    private ViewDelta since(long generation) {
        return store.read(VIEW, generation).orElseThrow();
    }

    @Test
    void whatTheWinnerDidNotMoveIsCommittedOnTopOfIt() {
        post("userdb-a", "1", 2);

        RefreshResult result = loseToTheFirst(() -> post("userdb-b", "1", 2));

        assertThat(otherAggregator.visits).as("nothing was read again").hasSize(1);
        assertThat(result.generation()).isEqualTo(3);
        assertThat(result.moved()).isEqualTo(2);
        assertThat(since(2).slices()).extracting(SliceDelta::database).containsExactly("userdb-b");
        assertThat(json(other, "posts")).isEqualTo("[{\"_id\":\"1\",\"n\":2},{\"_id\":\"1\",\"n\":2}]");
        assertThat(since(0).head().refreshedAt())
                .as("all of it is as the younger refresh found it")
                .isEqualTo(other.query("posts", Query.all()).view().refreshedAt());
    }

    @Test
    void aDatabaseThatIsGoneIsGoneOnTopOfTheWinner() {
        post("userdb-a", "1", 2);

        loseToTheFirst(() -> aggregator.databases.drop("userdb-b"));

        assertThat(otherAggregator.visits).hasSize(1);
        assertThat(since(2).dropped()).containsExactly("userdb-b");
        assertThat(json(other, "posts")).isEqualTo("[{\"_id\":\"1\",\"n\":2}]");
    }

    @Test
    void nothingIsWrittenWhereTheWinnerFoundTheSame() {
        post("userdb-a", "1", 2);

        RefreshResult result = loseToTheFirst(() -> {});

        assertThat(otherAggregator.visits).hasSize(1);
        assertThat(result.changed()).isFalse();
        assertThat(since(0).head().generation()).isEqualTo(2);
        assertThat(other.query("posts", Query.all()).view().refreshedAt())
                .as("known to be true when the younger refresh began")
                .isAfter(since(0).head().refreshedAt());
    }

    @Test
    void aSliceThatBothMovedStaysTheWinnersAndIsReadAgain() {
        post("userdb-a", "1", 2);

        RefreshResult result = loseToTheFirst(() -> {
            post("userdb-a", "1", 3);
            post("userdb-b", "1", 3);
        });

        assertThat(otherAggregator.visits).as("the refresh is repeated").hasSize(2);
        assertThat(since(2).slices())
                .extracting(SliceDelta::database)
                .containsExactlyInAnyOrder("userdb-a", "userdb-b");
        assertThat(result.generation())
                .as("what was not in the way was committed first")
                .isEqualTo(4);
        assertThat(json(other, "posts")).isEqualTo("[{\"_id\":\"1\",\"n\":3},{\"_id\":\"1\",\"n\":3}]");
    }

    @Test
    void rowsOfTheWinnerShowWhatTheyReferToAsTheLoserFoundIt() {
        FeedDefinition about = FeedDefinition.builder("posts")
                .selector("{\"n\":{\"$gt\":0}}")
                .expand(List.of("about"))
                .build();
        registry.put(about);
        advance(Duration.ofMinutes(1));
        await().until(() ->
                since(0).slices().size() == 2 && json(other, "posts").equals(json("posts")));
        otherAggregator.visits.clear();
        String refers = "{\"_id\":\"2\",\"n\":2,\"about\":{\"did\":\"x:b\",\"ref\":\"1\"}}";
        aggregator.databases.put("userdb-a", refers);

        loseToTheFirst(() ->
                aggregator.databases.put("userdb-b", "{\"_id\":\"1\",\"n\":7,\"acl\":{\"read\":{\"allow\":[\"*\"]}}}"));

        assertThat(json(other, "posts")).contains("\"about\":{\"_id\":\"1\",\"n\":7,");
    }
}
