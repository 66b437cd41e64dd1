package dev.matview.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.FeedStatus;
import dev.matview.core.RefreshListener;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.LeftOut;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a terminal shows of a first build, on one line below what is logged meanwhile. */
class BuildProgressTest {

    private static FeedStatus building(String collection, int done, int total) {
        return new FeedStatus(
                FeedDefinition.builder(collection).build(),
                null,
                null,
                new FeedStatus.Progress(RefreshListener.Why.FIRST, Instant.EPOCH, done, total, null),
                null,
                0,
                null,
                List.of(),
                Map.of(),
                LeftOut.NOTHING,
                0,
                0,
                List.of());
    }

    @Test
    void howFarItIsAndTheTimeLeftAreShown() {
        List<FeedStatus> half = List.of(building("posts", 50, 100), building("events", 50, 100));

        assertThat(BuildProgress.text(half, Duration.ofSeconds(30)))
                .isEqualTo("building posts, events [############------------] 50 %, 50 of 100 databases, 30 s left");
        assertThat(BuildProgress.text(List.of(building("posts", 10, 100)), Duration.ofMinutes(1)))
                .endsWith("10 %, 10 of 100 databases, 9 min left");
    }

    @Test
    void whatIsNotKnownYetIsNotShown() {
        assertThat(BuildProgress.text(List.of(building("posts", 0, 0)), Duration.ofSeconds(9)))
                .isEqualTo("building posts: looking for databases");
        assertThat(BuildProgress.text(List.of(building("posts", 1, 100)), Duration.ofSeconds(9)))
                .endsWith("1 of 100 databases");
    }

    /** On one row, however narrow the terminal is. */
    private static String cut(String text) {
        return "\u001b[?7l" + text + "\u001b[?7h";
    }

    @Test
    void whatIsLoggedMeanwhileStandsAboveTheLine() {
        PrintStream before = System.err;
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (TerminalLine line = TerminalLine.open(new PrintStream(shown, true, StandardCharsets.UTF_8))) {
            line.show("50 %");
            System.err.print("logged\n");
            line.show("60 %");
        }

        assertThat(System.err).isSameAs(before);
        String erase = "\r\u001b[K";
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .isEqualTo(erase + cut("50 %") + erase + "logged\n" + erase + cut("60 %") + erase);
    }
}
