package dev.matview.examples.subscribers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The program, with few subscribers. */
class SubscribersTest {

    @Test
    void everySubscriberIsReached() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        Subscribers.Figures figures =
                new Subscribers(20, 2, 2, Duration.ZERO, new PrintStream(printed, true, StandardCharsets.UTF_8)).run();

        assertThat(figures.allRead().millis()).hasSize(2);
        assertThat(figures.someSleep().millis()).hasSize(2);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("20 subscribers, all reading");
    }
}
