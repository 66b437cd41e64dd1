package dev.matview.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ShutdownTest {

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Shutdown.class);
    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<String> closed = new ArrayList<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(logged);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(logged);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    @Test
    void whatWasAddedLastIsClosedFirstAndWhatWasWaitedForIsTold() {
        Shutdown shutdown = new Shutdown(scheduler);
        shutdown.add("stores", List::of, () -> closed.add("stores"));
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
        assertThat(logged.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "Ending; under way: 2 requests, 1 WebSockets, the refresh of posts",
                        "Closing went wrong: refreshes",
                        "Ended after 1.5 s: requests 1.5 s, refreshes 0.0 s, stores 0.0 s");
    }
}
