package dev.matview.server.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose work is done when. Threads are the test's own stack but where it says otherwise: what runs within runs beside. */
class FairShareTest {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final ManualScheduler time = new ManualScheduler();
    private final Queue<Runnable> searchers = new ArrayDeque<>();
    private final Queue<Runnable> readers = new ArrayDeque<>();
    private final List<String> events = new ArrayList<>();
    private FairShare share = share(new ShareLimits(2, 3, 8, 5, 100, 1_000, LONGEST_WAIT));

    private FairShare share(ShareLimits limits) {
        return new FairShare(limits, time, searchers::add, readers::add, List.of());
    }

    private Work work(String name, Runnable action) {
        return new Work() {
            @Override
            public void run() {
                events.add(name);
                action.run();
            }

            @Override
            public void dropped() {
                events.add(name + " dropped");
            }
        };
    }

    private FairShare.Ticket submit(String caller, String name) {
        return submit(caller, name, () -> {});
    }

    private FairShare.Ticket submit(String caller, String name, Runnable action) {
        return share.submit(caller, Bench.SEARCHING, 1, work(name, action));
    }

    private void push(String caller, String name) {
        share.pushes(caller, Bench.SEARCHING).execute(() -> events.add(name));
    }

    private void runAll() {
        while (!searchers.isEmpty() || !readers.isEmpty()) {
            (searchers.isEmpty() ? readers : searchers).remove().run();
        }
    }

    @Nested
    class Turns {

        @Test
        void callersTakeTurnsHoweverMuchOneOfThemAsksFor() {
            for (int i = 1; i <= 9; i++) {
                submit("flood", "f" + i);
            }
            submit("alice", "a1");
            submit("alice", "a2");
            submit("bob", "b1");

            searchers.remove().run();

            assertThat(events).containsExactly("f1", "a1", "b1", "f2", "a2", "f3", "f4", "f5", "f6", "f7", "f8", "f9");
        }

        @Test
        void oneOfACallersRunsAtATimeThoughAThreadIsFree() {
            submit("alice", "a1", () -> {
                submit("bob", "b1");
                searchers.remove().run();
                events.add("a1 ends");
            });
            submit("alice", "a2");

            searchers.remove().run();

            assertThat(events).containsExactly("a1", "b1", "a1 ends", "a2");
        }

        @Test
        void noMoreThreadsAreCalledThanThereMayBe() {
            for (String caller : List.of("a", "b", "c", "d")) {
                submit(caller, caller);
            }

            assertThat(searchers).hasSize(2);
            runAll();
            assertThat(events).containsExactly("a", "b", "c", "d");
        }

        @Test
        void requestsAndPushesOfOneCallerTakeTurns() {
            for (int i = 1; i <= 3; i++) {
                push("alice", "push" + i);
            }
            for (int i = 1; i <= 3; i++) {
                submit("alice", "request" + i);
            }

            runAll();

            assertThat(events).containsExactly("request1", "push1", "request2", "push2", "request3", "push3");
        }

        @Test
        void whoWaitsForDatabasesKeepsNobodyFromComputing() {
            for (String caller : List.of("a", "b", "c", "d")) {
                share.submit(caller, Bench.READING, 1, work(caller + " reads", () -> {}));
            }
            submit("alice", "alice searches");

            assertThat(readers).hasSize(3);
            searchers.remove().run();
            assertThat(events).containsExactly("alice searches");
            runAll();
            assertThat(events).hasSize(5);
        }

        @Test
        void aCallerReadsAndSearchesOneAfterTheOther() {
            share.submit("alice", Bench.READING, 1, work("reads", () -> {
                submit("alice", "searches");
                events.add("reads on");
            }));
            assertThat(searchers).isEmpty();

            runAll();

            assertThat(events).containsExactly("reads", "reads on", "searches");
        }
    }

    @Nested
    class Bounds {

        @Test
        void whoHasEnoughWaitingIsRefusedAndOthersAreNot() {
            submit("flood", "f0", () -> {
                for (int i = 1; i <= 8; i++) {
                    submit("flood", "f" + i);
                }
                assertThat(share.hasRoom("flood")).isFalse();
                assertThat(share.hasRoom("alice")).isTrue();
                assertThatThrownBy(() -> submit("flood", "f9"))
                        .asInstanceOf(type(FullException.class))
                        .returns(true, FullException::isOfCaller);
                submit("alice", "a");
                assertThat(share.load()).isEqualTo(new FairShare.Load(9, 0, 1, 1, 0));
            });

            runAll();

            assertThat(events).startsWith("f0", "a", "f1").doesNotContain("f9").hasSize(10);
            assertThat(share.load()).isEqualTo(new FairShare.Load(0, 0, 0, 1, 0));
        }

        @Test
        void allTogetherHaveABoundInNumberAndInBytes() {
            share = share(new ShareLimits(2, 3, 8, 5, 3, 100, LONGEST_WAIT));
            share.submit("a", Bench.SEARCHING, 60, work("a", () -> {}));

            assertThatThrownBy(() -> share.submit("b", Bench.SEARCHING, 41, work("b", () -> {})))
                    .asInstanceOf(type(FullException.class))
                    .returns(false, FullException::isOfCaller);
            submit("b", "b");
            submit("c", "c");
            assertThatThrownBy(() -> submit("d", "d")).isInstanceOf(FullException.class);

            runAll();
            share.submit("b", Bench.SEARCHING, 100, work("as large as may be", () -> {}));
            runAll();
            assertThat(events).containsExactly("a", "b", "c", "as large as may be");
        }

        @Test
        void whatWaitsTooLongIsDroppedAndNotRun() {
            submit("alice", "first");
            time.advance(Duration.ofSeconds(10));
            submit("alice", "second");

            time.advance(Duration.ofSeconds(20));
            assertThat(events).containsExactly("first dropped");
            runAll();
            time.advance(LONGEST_WAIT);

            assertThat(events).containsExactly("first dropped", "second");
            assertThat(share.load()).isEqualTo(new FairShare.Load(0, 0, 0, 0, 1));
            assertThat(time.nextDue()).as("timers").isEmpty();
        }

        @Test
        void whatIsWithdrawnIsNeitherRunNorDropped() {
            submit("alice", "a1");
            FairShare.Ticket taken = submit("alice", "a2");
            FairShare.Ticket only = submit("bob", "b");

            assertThat(taken.withdraw()).isTrue();
            assertThat(taken.withdraw()).isFalse();
            assertThat(only.withdraw()).isTrue();
            runAll();
            time.advance(LONGEST_WAIT);

            assertThat(events).containsExactly("a1");
            assertThat(share.load()).isEqualTo(new FairShare.Load(0, 0, 0, 0, 0));
        }

        @Test
        void callersWithoutWorkAreForgotten() {
            for (int i = 0; i < 50; i++) {
                submit("caller " + i, "taken").withdraw();
                submit("worker " + i, "run");
                push("pushed " + i, "push");
                runAll();
            }

            assertThat(share.callers()).isZero();
        }

        @Test
        void pushesHaveABoundOfTheirOwnAndNoDeadline() {
            for (int i = 1; i <= 5; i++) {
                push("alice", "push" + i);
            }
            assertThatThrownBy(() -> push("alice", "push6")).isInstanceOf(FullException.class);
            push("bob", "his");
            submit("alice", "request");
            assertThat(share.pushes("alice", Bench.READING).load()).isEqualTo(6);

            time.advance(LONGEST_WAIT.multipliedBy(2));
            runAll();

            assertThat(events)
                    .startsWith("request dropped", "push1", "his", "push2")
                    .hasSize(7);
        }
    }

    @Nested
    class FailuresAndTheEnd {

        @Test
        void aFailureIsNobodyElsesProblem() {
            submit("alice", "a1", () -> {
                throw new IllegalStateException("a mistake");
            });
            submit("alice", "a2");
            submit("bob", "b1");

            searchers.remove().run();

            assertThat(events).containsExactly("a1", "b1", "a2");
        }

        @Test
        void anErrorReachesTheTopOfTheThreadAndOthersAreServedByAnother() {
            share = share(new ShareLimits(1, 1, 8, 5, 100, 1_000, LONGEST_WAIT));
            submit("alice", "a1", () -> {
                throw new OutOfMemoryError("a test's");
            });
            submit("alice", "a2");
            submit("bob", "b1");

            assertThatThrownBy(() -> searchers.remove().run()).isInstanceOf(OutOfMemoryError.class);
            runAll();

            assertThat(events).containsExactly("a1", "b1", "a2");
            assertThat(share.load()).isEqualTo(new FairShare.Load(0, 0, 0, 0, 0));
        }

        @Test
        void anInterruptOfOnePieceOfWorkDoesNotReachTheNext() {
            submit("alice", "a1", () -> Thread.currentThread().interrupt());
            submit(
                    "alice",
                    "a2",
                    () -> events.add("interrupted: " + Thread.currentThread().isInterrupted()));

            runAll();

            assertThat(events).containsExactly("a1", "a2", "interrupted: false");
        }

        @Test
        void whatWaitsWhenTheServerStopsIsDropped() {
            submit("alice", "a1", () -> {
                submit("alice", "a2");
                push("bob", "push");
                share.close();
                assertThatThrownBy(() -> submit("carol", "c")).isInstanceOf(FullException.class);
                assertThatThrownBy(() -> push("carol", "push")).isInstanceOf(FullException.class);
            });

            runAll();

            assertThat(events).containsExactly("a1", "a2 dropped");
            assertThat(share.callers()).isZero();
            assertThat(time.nextDue()).as("timers").isEmpty();
        }

        @Test
        void whoCannotBeToldThatItsWorkIsDroppedKeepsNoOtherFromBeingTold() {
            for (String caller : List.of("alice", "bob")) {
                share.submit(caller, Bench.SEARCHING, 1, new Work() {
                    @Override
                    public void run() {
                        throw new AssertionError("the server stops");
                    }

                    @Override
                    public void dropped() {
                        events.add(caller + " dropped");
                        throw new IllegalStateException("gone");
                    }
                });
            }

            share.close();

            assertThat(events).containsExactlyInAnyOrder("alice dropped", "bob dropped");
        }

        @Test
        @Timeout(60)
        void itsOwnThreadsAreNamedDaemonsAndEndWithIt() throws InterruptedException {
            FairShare own = FairShare.start(ShareLimits.defaults(), time);
            AtomicReference<Thread> seen = new AtomicReference<>();
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            own.submit("alice", Bench.SEARCHING, 1, work("runs", () -> {
                seen.set(Thread.currentThread());
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }));

            begun.await();
            assertThat(seen.get().isDaemon()).isTrue();
            assertThat(seen.get().getName()).startsWith("matview-searching-");
            own.close();

            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            seen.get().join();
        }
    }
}
