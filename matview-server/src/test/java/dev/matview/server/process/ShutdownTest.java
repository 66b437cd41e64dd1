package dev.matview.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.matview.server.log.CapturedLog;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ShutdownTest {

    @RegisterExtension
    final CapturedLog log = new CapturedLog(Shutdown.class.getName(), Level.INFO);

    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<String> closed = new ArrayList<>();

    @Test
    void whatWasAddedLastIsClosedFirstAndWhatWasWaitedForIsTold() {
        Shutdown shutdown = new Shutdown(scheduler);
        shutdown.add(
                "stores",
                () -> {
                    throw new IllegalStateException("closed already");
                },
                () -> closed.add("stores"));
        shutdown.add("refreshes", () -> List.of("the refresh of posts"), () -> {
            closed.add("refreshes");
            throw new IllegalStateException("broken");
        });
        shutdown.add("requests", () -> List.of("2 requests", "1 WebSockets"), () -> {
            closed.add("requests");
            scheduler.advance(Duration.ofMillis(1_500));
        });
        assertThat(shutdown.hasBegun()).isFalse();

        shutdown.end();
        shutdown.end();

        assertThat(shutdown.hasBegun()).isTrue();
        assertThat(closed).containsExactly("requests", "refreshes", "stores");
        assertThat(log.lines())
                .containsExactly(
                        "WARN What is under way cannot be told: stores",
                        "INFO Ending; under way: 2 requests, 1 WebSockets, the refresh of posts",
                        "WARN Closing went wrong: refreshes",
                        "INFO Ended after 1.5 s: requests 1.5 s, refreshes 0.0 s, stores 0.0 s");
    }

    @Test
    void whatIsClosedOtherwiseIsNeitherClosedNorToldAgain() {
        Shutdown shutdown = new Shutdown(scheduler);
        shutdown.add("stores", List::of, () -> closed.add("stores"));

        shutdown.close();
        shutdown.end();

        assertThat(closed).isEmpty();
        assertThat(log.lines()).isEmpty();
        assertThat(shutdown.hasBegun()).isFalse();
    }
}
