package dev.matview.server.process;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** What it does where it was not told to end the process: in a program that matview is a part of. */
class MemoryExhaustionTest {

    @Test
    void aProcessThatIsNotOursIsNotEnded() {
        assertThatCode(() -> {
                    MemoryExhaustion.atTop(new OutOfMemoryError("Java heap space"));
                    MemoryExhaustion.atTop(new IllegalStateException(new OutOfMemoryError("Java heap space")));
                })
                .doesNotThrowAnyException();
    }

    @Test
    void causesThatGoRoundInACircleAreFollowedToNoEnd() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);

        assertThatCode(() -> MemoryExhaustion.atTop(first)).doesNotThrowAnyException();
    }
}
