package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests under way are counted without a lock, and none is lost. */
class UnderWayTest {

    private static final int THREADS = 8;
    private static final int ROUNDS = 50_000;

    @Test
    void aCallerHasAsManyAsMayBeAndNoMore() {
        UnderWay requests = new UnderWay(2);

        Runnable first = requests.enter("a");
        Runnable second = requests.enter("a");
        assertThat(requests.enter("a")).isNull();
        assertThat(requests.enter("b")).isNotNull();
        assertThat(requests.callers()).isEqualTo(2);

        first.run();
        assertThat(requests.enter("a")).isNotNull();
        second.run();
        assertThat(requests.enter("a")).isNotNull();
    }

    @Test
    void whoHasNoneLeftIsForgotten() {
        UnderWay requests = new UnderWay(1);

        requests.enter("a").run();

        assertThat(requests.callers()).isZero();
        assertThat(requests.enter("a")).isNotNull();
    }

    /** Most often the last leaves while the next comes: then the count that is over must not be used. */
    @Test
    void manyThreadsNeverHaveMoreThanMayBeAndLeaveNothingBehind() throws Exception {
        int most = 3;
        UnderWay requests = new UnderWay(most);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger entered = new AtomicInteger();
        CyclicBarrier begin = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<?> done : IntStream.range(0, THREADS)
                    .mapToObj(i -> threads.submit(() -> {
                        begin.await();
                        for (int round = 0; round < ROUNDS; round++) {
                            Runnable left = requests.enter("a");
                            if (left != null) {
                                assertThat(now.incrementAndGet()).isLessThanOrEqualTo(most);
                                entered.incrementAndGet();
                                now.decrementAndGet();
                                left.run();
                            }
                        }
                        return null;
                    }))
                    .toList()) {
                done.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(entered.get()).isGreaterThan(ROUNDS / 10);
        assertThat(requests.callers()).isZero();
        assertThat(IntStream.range(0, most).mapToObj(i -> requests.enter("a"))).doesNotContainNull();
        assertThat(requests.enter("a")).isNull();
    }
}
