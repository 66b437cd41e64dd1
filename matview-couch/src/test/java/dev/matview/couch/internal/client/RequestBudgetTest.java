package dev.matview.couch.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RequestBudgetTest {

    private final ManualScheduler scheduler = new ManualScheduler();
    private final Pause pause = new Pause(scheduler);
    private final RequestBudget budget = new RequestBudget(scheduler, pause, 1_000, 100);

    @Test
    void aSecondTakesSoManyRequestsAndATenthInOneGo() {
        AtomicInteger begun = new AtomicInteger();
        CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 61; i++) {
                begin();
                begun.incrementAndGet();
            }
        });

        // 0 to 10 start at once, spaced by 10 ms from 100 ms ago on; each of the others waits for its turn.
        Awaitility.await().until(() -> begun.get() == 11 && scheduler.nextDue().isPresent());
        for (int n = 12; n <= 61; n++) {
            int wanted = n;
            scheduler.advance(Duration.ofMillis(10));
            Awaitility.await()
                    .until(() -> begun.get() == wanted
                            && (wanted == 61 || scheduler.nextDue().isPresent()));
        }
        assertThat(asking).succeedsWithin(Duration.ofSeconds(10));
    }

    private void begin() {
        try {
            budget.begin();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
