package dev.matview.core.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
    private final SplittableRandom random = new SplittableRandom(1);

    private Duration delay(int failures) {
        return backoff.delay(failures, random);
    }

    @Test
    void itDoublesUpToItsCeiling() {
        for (int n = 0; n < 1_000; n++) {
            assertThat(delay(1)).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
            assertThat(delay(3)).isBetween(Duration.ofMillis(400), Duration.ofMillis(800));
            assertThat(delay(60)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
            assertThat(delay(Integer.MAX_VALUE)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
        }
    }

    @Test
    void whatFailedTogetherDoesNotComeBackTogether() {
        assertThat(IntStream.range(0, 100).mapToObj(n -> delay(8)).distinct()).hasSizeGreaterThan(90);
    }

    @Test
    void aLongerWaitThatIsAskedForIsObeyedUpToTheCeiling() {
        assertThat(backoff.delay(1, Duration.ofSeconds(3), random)).isEqualTo(Duration.ofSeconds(3));
        assertThat(backoff.delay(1, Duration.ofHours(3), random)).isEqualTo(Duration.ofSeconds(10));
        assertThat(backoff.delay(5, Duration.ofMillis(1), random)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(backoff.delay(1, null, random)).isLessThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void aMillisecondIsTheLeast() {
        assertThat(new Backoff(Duration.ofNanos(1), Duration.ofNanos(1)).delay(5, random))
                .isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void noneIsZero() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(-1)));
    }
}
