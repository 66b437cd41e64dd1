package dev.matview.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedVisitTest {

    private static final List<String> NAMES =
            IntStream.range(0, 1_000).mapToObj(i -> "userdb-" + i).toList();

    private final ExecutorService helpers = Executors.newFixedThreadPool(3);

    @AfterEach
    void close() {
        helpers.shutdownNow();
    }

    @Test
    void eachNameIsVisitedOnceBySeveralThreads() throws Exception {
        ConcurrentLinkedQueue<String> visited = new ConcurrentLinkedQueue<>();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch both = new CountDownLatch(2);

        new SharedVisit(NAMES, name -> {
                    visited.add(name);
                    if (threads.add(Thread.currentThread())) {
                        both.countDown();
                    }
                    awaitQuietly(both);
                })
                .run(helpers, 1);

        assertThat(visited).containsExactlyInAnyOrderElementsOf(NAMES);
        assertThat(threads).hasSize(2).contains(Thread.currentThread());
    }

    @Test
    void fewNamesAreVisitedInTheirOrderByTheCallingThread() throws Exception {
        List<String> visited = new ArrayList<>();
        helpers.shutdown();

        new SharedVisit(NAMES.subList(0, 64), visited::add).run(helpers, 3);

        assertThat(visited).isEqualTo(NAMES.subList(0, 64));
    }

    @Test
    void aFailureEndsAllAndIsThrown() {
        AtomicInteger visited = new AtomicInteger();
        AtomicInteger after = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("sink");

        assertThatThrownBy(() -> new SharedVisit(NAMES, name -> {
                            visited.incrementAndGet();
                            throw failure;
                        })
                        .run(helpers, 3))
                .isSameAs(failure);
        after.set(visited.get());

        // One for each thread, at most; and none once it has returned.
        assertThat(after.get()).isBetween(1, 4);
        helpers.shutdown();
        assertThat(visited).hasValue(after.get());
    }

    @Test
    void anErrorIsThrownAsItIs() {
        StackOverflowError error = new StackOverflowError();

        assertThatThrownBy(() -> new SharedVisit(NAMES, name -> {
                            throw error;
                        })
                        .run(helpers, 3))
                .isSameAs(error);
    }

    @Test
    void anInterruptionEndsAll() {
        AtomicInteger visited = new AtomicInteger();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> new SharedVisit(NAMES, name -> visited.incrementAndGet()).run(helpers, 0))
                .isInstanceOf(InterruptedException.class);

        assertThat(visited).hasValue(0);
    }

    @Test
    void withoutHelpersTheCallingThreadVisitsAll() throws Exception {
        List<String> visited = new ArrayList<>();
        helpers.shutdown();

        new SharedVisit(NAMES, visited::add).run(helpers, 3);

        assertThat(visited).isEqualTo(NAMES);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
