package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.spi.Aggregator.Sink;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an aggregator says of where the history of its databases stood, and is told again. */
class CheckpointTest extends WorkerFixture {

    private Optional<String> stored() {
        return Optional.ofNullable(store.head("_global_posts").orElseThrow().checkpoint());
    }

    private void startWith(String checkpoint) {
        post("userdb-a", "1", 1);
        aggregator.checkpoint = checkpoint;
        start(POSTS);
        advance(Duration.ZERO);
    }

    private void refreshAfterPost(String id) {
        post("userdb-a", id, 1);
        scheduler.await(feeds.refresh("posts"));
    }

    @Test
    void itIsKeptWithTheGenerationAndGivenToTheNextVisitAlsoAfterARestart() {
        startWith("c1");
        assertThat(aggregator.given).as("nothing was held").isNull();
        assertThat(stored()).contains("c1");
        feeds.close();

        try (GlobalFeeds later = node()) {
            start(later);
            scheduler.await(later.refresh("posts"));

            assertThat(aggregator.given).isEqualTo("c1");
        }
    }

    @Test
    void theNextGenerationHasTheNextOne() {
        startWith("c1");
        aggregator.checkpoint = "c2";
        refreshAfterPost("2");
        assertThat(stored()).contains("c2");

        aggregator.checkpoint = null;
        refreshAfterPost("3");

        assertThat(stored()).isEmpty();
    }

    @Test
    void nothingIsWrittenForItsSake() {
        startWith("c1");
        aggregator.checkpoint = "c2";

        scheduler.await(feeds.refresh("posts"));

        assertThat(stored()).contains("c1");
    }

    @Test
    void itDoesNotCountWhenADatabaseFailed() {
        startWith("c1");
        aggregator.databases.create("userdb-b");
        aggregator.databases.fail("userdb-b", new IllegalStateException("away"));

        refreshAfterPost("2");

        assertThat(stored())
                .as("what it tells nothing of may have changed before")
                .isEmpty();
    }

    @Test
    void ofAnotherDefinitionItIsNotGiven() {
        startWith("c1");
        registry.put(feed("posts").fields("m").interval(Duration.ofMinutes(5)).build());
        advance(Duration.ZERO);

        assertThat(visits()).isEqualTo(2);
        assertThat(aggregator.given).isNull();
    }

    @Test
    void oneThatIsTooLongDoesNotCount() {
        startWith("c".repeat(Sink.MAX_CHECKPOINT));
        assertThat(stored()).isPresent();
        aggregator.checkpoint = "c".repeat(Sink.MAX_CHECKPOINT + 1);

        refreshAfterPost("2");

        assertThat(stored()).isEmpty();
    }
}
