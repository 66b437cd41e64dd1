package dev.matview.core.mango;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.matview.core.mango.BudgetSpentException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request may cost: steps, the time of work, and the time of waiting beside it. */
@Timeout(30)
class BudgetTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int LOOKS_AT_THE_CLOCK = 10_000;

    private Instant now = Instant.EPOCH;
    private final InstantSource clock = () -> now;

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static Reason spends(Budget budget, int steps) {
        BudgetSpentException spent = catchThrowableOfType(BudgetSpentException.class, () -> budget.spend(steps));
        return spent == null ? null : spent.reason();
    }

    @Test
    void asManyStepsAsGrantedCanBeTakenAndNotOneMore() {
        Budget budget = Budget.ofSteps(10_000);

        for (int i = 0; i < 10_000; i++) {
            budget.spend(1);
        }

        assertThat(budget.stepsLeft()).isZero();
        assertThat(spends(budget, 1)).isEqualTo(Reason.STEPS);
    }

    @Test
    void whatIsSpentStaysSpent() {
        Budget budget = Budget.ofSteps(100);

        assertThat(spends(budget, 101)).isEqualTo(Reason.STEPS);
        assertThat(spends(budget, 1)).isEqualTo(Reason.STEPS);
    }

    @Test
    void manyStepsAtOnceCannotOverflow() {
        Budget budget = Budget.ofSteps(1);

        assertThat(spends(budget, Integer.MAX_VALUE)).isEqualTo(Reason.STEPS);
        assertThat(spends(budget, Integer.MAX_VALUE)).isEqualTo(Reason.STEPS);
        Budget.unlimited().spend(Long.MAX_VALUE);
    }

    @Test
    void onlyWorkTakesTime() throws Exception {
        Budget budget = Budget.of(Long.MAX_VALUE, SECOND, SECOND.multipliedBy(10), clock);
        pass(Duration.ofHours(1));
        budget.begin();
        pass(Duration.ofMillis(600));
        budget.await(() -> {
            pass(SECOND.multipliedBy(9));
            return null;
        });
        budget.end();
        pass(Duration.ofHours(1));
        budget.begin();
        pass(Duration.ofMillis(300));
        budget.spend(LOOKS_AT_THE_CLOCK);

        pass(Duration.ofMillis(200));

        assertThat(spends(budget, LOOKS_AT_THE_CLOCK)).isEqualTo(Reason.TIME);
    }

    @Test
    void whatIsDoneWithinAWaitIsWork() throws Exception {
        Budget budget = Budget.of(Long.MAX_VALUE, SECOND, SECOND, clock);
        budget.begin();
        budget.await(() -> {
            pass(Duration.ofMillis(400));
            budget.begin();
            pass(Duration.ofMillis(900));
            budget.end();
            return null;
        });

        assertThat(budget.waitLeft()).isEqualTo(Duration.ofMillis(600));
        pass(Duration.ofMillis(200));
        assertThat(spends(budget, LOOKS_AT_THE_CLOCK)).isEqualTo(Reason.TIME);
    }

    @Test
    void waitingHasAnEndToo() throws Exception {
        Budget budget = Budget.of(Long.MAX_VALUE, SECOND, SECOND, clock);
        budget.await(() -> {
            pass(SECOND.multipliedBy(2));
            return null;
        });

        assertThat(catchThrowableOfType(BudgetSpentException.class, () -> budget.await(() -> null))
                        .reason())
                .isEqualTo(Reason.TIME);
    }

    @Test
    void aHotOneDoesNotWait() {
        Budget budget = Budget.hot(100);

        assertThat(catchThrowableOfType(BudgetSpentException.class, () -> budget.await(() -> null))
                        .reason())
                .isEqualTo(Reason.WAIT);
        assertThat(budget.mayWait()).isFalse();
    }

    @Test
    void workEndsSoonAfterItIsStopped() {
        Budget budget = Budget.unlimited();
        budget.spend(1);

        budget.stop();

        assertThat(spends(budget, LOOKS_AT_THE_CLOCK)).isEqualTo(Reason.STOPPED);
        assertThat(catchThrowableOfType(BudgetSpentException.class, () -> budget.await(() -> null))
                        .reason())
                .isEqualTo(Reason.STOPPED);
    }

    @Test
    void whoWaitsIsWokenAndItsThreadIsFitForOthers() throws Exception {
        Budget budget = Budget.unlimited();
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Reason> ended = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            ended.complete(catchThrowableOfType(
                            BudgetSpentException.class,
                            () -> budget.await(() -> {
                                waiting.countDown();
                                return never.await(1, TimeUnit.HOURS);
                            }))
                    .reason());
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        thread.start();
        waiting.await();

        budget.stop();

        assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(Reason.STOPPED);
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
        thread.join();
    }
}
