package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a key set is read, and who waits for it. */
class KeySetTest {

    private static final JWK OLD = key("old");
    private static final JWK NEW = key("new");

    private final ManualScheduler time = new ManualScheduler();
    private final AtomicInteger readings = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    /** What is there to be read; null for a place that does not answer before the test ends. */
    private volatile JWKSet there = new JWKSet(OLD);

    private volatile boolean broken;

    private static JWK key(String name) {
        return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(new byte[32]))
                .keyID(name)
                .build();
    }

    private KeySet open() throws IOException {
        return KeySet.open(
                () -> {
                    readings.incrementAndGet();
                    JWKSet answer = there;
                    if (answer == null) {
                        end.await();
                    }
                    if (answer == null || broken) {
                        throw new IOException("is broken");
                    }
                    return answer;
                },
                time);
    }

    @AfterEach
    void end() {
        end.countDown();
    }

    private static List<JWK> candidates(KeySet keys, String name) {
        return keys.candidates(
                new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(name).build());
    }

    @Test
    void aKnownKeyIsGivenWithoutReading() throws IOException {
        KeySet keys = open();
        there = null;

        assertThat(candidates(keys, "old")).containsExactly(OLD);
        assertThat(readings).hasValue(1);
    }

    @Test
    void anUnknownKeyIsLookedForOnceInAnInterval() throws IOException {
        KeySet keys = open();
        there = new JWKSet(List.of(OLD, NEW));
        assertThat(candidates(keys, "new")).containsExactly(NEW);
        assertThat(readings).hasValue(2);

        for (int i = 0; i < 20; i++) {
            assertThat(candidates(keys, "unknown-" + i)).isEmpty();
        }
        assertThat(readings).hasValue(2);
        time.advance(KeySet.MIN_INTERVAL);
        assertThat(candidates(keys, "unknown")).isEmpty();
        assertThat(readings).hasValue(3);
    }

    /** Forty at once, and one of them after the other as well, wait for one reading and no longer than patience lasts. */
    @Test
    void aPlaceThatDoesNotAnswerHoldsNobody() throws Exception {
        KeySet keys = open();
        there = null;
        int askers = 40;
        ExecutorService threads = Executors.newFixedThreadPool(askers);
        try {
            CyclicBarrier start = new CyclicBarrier(askers);
            List<Future<Long>> waits = new ArrayList<>();
            for (int i = 0; i < askers; i++) {
                String name = "unknown-" + i;
                waits.add(threads.submit(() -> {
                    start.await();
                    long begun = System.nanoTime();
                    for (int n = 0; n < 50; n++) {
                        assertThat(candidates(keys, name + n)).isEmpty();
                    }
                    return System.nanoTime() - begun;
                }));
            }
            for (Future<Long> wait : waits) {
                assertThat(Duration.ofNanos(wait.get(30, TimeUnit.SECONDS)))
                        .isLessThan(KeySet.PATIENCE.multipliedBy(4));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(readings).hasValue(2);
        time.advance(KeySet.MIN_INTERVAL.multipliedBy(10));
        assertThat(candidates(keys, "unknown")).isEmpty();
        assertThat(readings).as("one reading at a time, however long it takes").hasValue(2);
    }

    @Test
    void whileThePlaceDoesNotAnswerKnownKeysAreGivenAtOnce() throws IOException {
        KeySet keys = open();
        there = null;
        assertThat(candidates(keys, "unknown")).isEmpty();

        long begun = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(candidates(keys, "old")).containsExactly(OLD);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(KeySet.PATIENCE);
    }

    @Test
    void aKeyThatWasTakenOutOfTheSetIsRefusedOnceTheSetIsOld() throws IOException {
        KeySet keys = open();
        there = new JWKSet(NEW);
        assertThat(candidates(keys, "old")).containsExactly(OLD);

        time.advance(KeySet.KEPT);

        assertThat(candidates(keys, "old")).isEmpty();
        assertThat(candidates(keys, "new")).containsExactly(NEW);
        assertThat(readings).hasValue(2);
    }

    @Test
    void theLastSetStaysInUseForAnOutageAndNoLonger() throws IOException {
        KeySet keys = open();
        broken = true;
        time.advance(KeySet.KEPT);
        assertThat(candidates(keys, "old")).containsExactly(OLD);
        time.advance(KeySet.OUTAGE.minus(KeySet.KEPT).minusMillis(1));
        assertThat(candidates(keys, "old")).containsExactly(OLD);
        time.advance(Duration.ofMillis(1));
        assertThat(candidates(keys, "old")).isEmpty();

        broken = false;
        time.advance(KeySet.MIN_INTERVAL);
        await().until(() -> !candidates(keys, "old").isEmpty());
    }
}
