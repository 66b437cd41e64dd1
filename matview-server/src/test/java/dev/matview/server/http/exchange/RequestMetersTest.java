package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests are counted by many threads, which do not wait for each other. */
class RequestMetersTest {

    /** Two names whose places in a hash table are one. */
    private static final String KNOWN = "AaAa";

    private static final String NEW = "BBBB";

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final RequestMeters meters = new RequestMeters(registry);

    private double refused(String error) {
        return registry.get("matview.http.refused")
                .tag("error", error)
                .counter()
                .count();
    }

    @Test
    void eachRequestIsCountedByRouteAndStatus() throws Exception {
        int threads = 4;
        int requests = 5_000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<?> done : IntStream.range(0, threads)
                    .mapToObj(i -> pool.submit(() -> {
                        for (int request = 0; request < requests; request++) {
                            meters.ended("/route" + request % 3, request % 2 == 0 ? 200 : 429, "too_many_requests", 1);
                        }
                    }))
                    .toList()) {
                done.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(registry.find("matview.http.requests").timers().stream()
                        .mapToLong(timer -> timer.count())
                        .sum())
                .isEqualTo((long) threads * requests);
        assertThat(registry.find("matview.http.requests").timers())
                .as("routes and statuses")
                .hasSize(6);
        assertThat(refused("too_many_requests")).isEqualTo(threads * requests / 2.0);
    }

    @Test
    void aStatusThatIsNoneIsCountedAsNone() {
        meters.ended("/route", 700, null, 1);
        meters.ended("/route", -1, null, 1);

        assertThat(registry.get("matview.http.requests")
                        .tag("status", "none")
                        .timer()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void whatIsKnownIsCountedWhileSomethingNewIsMade() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        meters.ended("/route", 429, KNOWN, 1);
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (NEW.equals(id.getTag("error"))) {
                    making.countDown();
                    await(goOn);
                }
                return id;
            }
        });
        Thread other = new Thread(() -> meters.ended("/route", 429, NEW, 1));
        other.start();
        try {
            await(making);

            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> meters.ended("/route", 429, KNOWN, 1));
        } finally {
            goOn.countDown();
            other.join();
        }

        assertThat(refused(KNOWN)).isEqualTo(2);
        assertThat(refused(NEW)).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
