package dev.matview.couch.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.internal.client.ExchangeDeadline.Times;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When an exchange is ended, by a clock that a test moves. */
class ExchangeDeadlineTest {

    private static final Times TIMES =
            new Times(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ZERO, Duration.ofMinutes(5));
    private static final int SECOND = ExchangeDeadline.BYTES_PER_SECOND;

    private final ManualScheduler scheduler = new ManualScheduler();
    private final AtomicInteger aborted = new AtomicInteger();

    private ExchangeDeadline begin(Times times, long sent) {
        return new ExchangeDeadline(scheduler, times, sent, aborted::incrementAndGet);
    }

    private void assertEndsAfter(Duration left) {
        scheduler.advance(left.minusMillis(1));
        assertThat(aborted).hasValue(0);
        scheduler.advance(Duration.ofMillis(1));
        assertThat(aborted).hasValue(1);
    }

    @Test
    void anAnswerMustBegin() {
        try (ExchangeDeadline deadline = begin(TIMES, 0)) {
            assertEndsAfter(Duration.ofSeconds(35));
            assertThat(deadline.verdict()).isEqualTo("no answer within 35000 ms");
        }
    }

    @Test
    void aLargeRequestHasMoreTime() {
        try (ExchangeDeadline deadline = begin(TIMES, 10L * SECOND)) {
            assertEndsAfter(Duration.ofSeconds(45));
            assertThat(deadline.verdict()).isNotEmpty();
        }
    }

    @Test
    void anAnswerThatDripsEndsThoughItNeverKeepsSilent() {
        try (ExchangeDeadline deadline = begin(TIMES, 0)) {
            scheduler.advance(Duration.ofSeconds(20));
            deadline.begun();
            for (int second = 0; second < 29; second++) {
                deadline.received(1);
                scheduler.advance(Duration.ofSeconds(1));
            }
            assertThat(aborted).hasValue(0);
            scheduler.advance(Duration.ofSeconds(2));

            assertThat(aborted).hasValue(1);
            assertThat(deadline.verdict()).isEqualTo("an answer that goes on without getting on: 29 bytes in 50001 ms");
        }
    }

    @Test
    void anAnswerThatGetsOnMayTakeItsTimeUpToTheLongestForARequest() {
        try (ExchangeDeadline deadline = begin(TIMES, 0)) {
            deadline.begun();
            for (int second = 0; second < 299; second++) {
                deadline.received(SECOND);
                scheduler.advance(Duration.ofSeconds(1));
            }
            assertThat(aborted).hasValue(0);
            scheduler.advance(Duration.ofSeconds(1));

            assertThat(aborted).hasValue(1);
            assertThat(deadline.verdict()).isEqualTo("no whole answer within 300000 ms");
        }
    }

    @Test
    void whatWaitsAtTheServerHasThatTimeBesides() {
        Times waiting = new Times(TIMES.connect(), TIMES.silence(), Duration.ofSeconds(20), TIMES.most());
        try (ExchangeDeadline deadline = begin(waiting, 0)) {
            deadline.begun();
            assertEndsAfter(Duration.ofSeconds(55));
            assertThat(deadline.verdict()).contains("0 bytes in");
        }
    }

    @Test
    void anExchangeThatEndedIsLeftAlone() {
        begin(TIMES, 0).close();

        scheduler.advance(Duration.ofHours(1));

        assertThat(aborted).hasValue(0);
        assertThat(scheduler.nextDue()).isEmpty();
    }
}
