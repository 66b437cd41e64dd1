package dev.matview.core.internal.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.ColdQueryException;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.QueryException;
import dev.matview.core.QueryFailedException;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.internal.live.Subscriber.Effort;
import dev.matview.core.internal.read.AnswersOfTexts;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.mango.Budget;
import dev.matview.testkit.ManualScheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When and where a subscriber's answers are asked for. The threads are the test's: it runs what is submitted. */
class SubscriberTest {

    private final ManualScheduler scheduler = new ManualScheduler();
    private final Threads hot = new Threads();
    private final Threads cold = new Threads();
    private final List<String> heard = new ArrayList<>();
    private String answer = "1";
    private boolean ready = true;
    private RuntimeException failure;
    private final AnswersOfTexts answers = new AnswersOfTexts();
    private final List<String> held = answers.held();
    private Budget asked;
    private Runnable whileAsked = () -> {};

    private final PageListener listener = new PageListener() {
        @Override
        public void answer(Page page) {
            heard.add(new String(page.json(), StandardCharsets.UTF_8));
        }

        @Override
        public void refused(QueryException reason) {
            heard.add(reason.getClass().getSimpleName());
        }
    };

    private final Subscriber subscriber = new Subscriber(
            this::ask, listener, new Effort(hot, () -> Budget.hot(10), cold, () -> Budget.ofSteps(1_000)), scheduler);

    private static final class Threads implements Executor {
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private boolean refuses;

        @Override
        public void execute(Runnable task) {
            if (refuses) {
                throw new RejectedExecutionException("busy");
            }
            tasks.add(task);
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }
    }

    private ServedPage ask(Budget budget) {
        asked = budget;
        whileAsked.run();
        if (!budget.mayWait() && !ready) {
            throw new ColdQueryException();
        }
        if (failure != null) {
            throw failure;
        }
        return answers.answer(answer);
    }

    @Nested
    class NewAnswers {

        @Test
        void theGenerationOfTheLastAnswerIsHeldUntilThereIsAnotherOrNobodyListens() {
            subscriber.run();
            hot.runAll();
            subscriber.run();
            hot.runAll();
            assertThat(held).containsExactly("generation 1");
            answer = "2";
            subscriber.run();
            hot.runAll();
            assertThat(held).containsExactly("generation 2");

            subscriber.close();

            assertThat(held).isEmpty();
        }

        @Test
        void anAnswerThatIsReadyIsGivenOnTheSharedThreads() {
            subscriber.run();
            hot.runAll();

            assertThat(heard).containsExactly("1");
            assertThat(cold.tasks).isEmpty();
        }

        @Test
        void anotherIsAskedForOnTheSubscriptionsOwn() {
            ready = false;
            subscriber.run();
            hot.runAll();
            assertThat(heard).isEmpty();

            cold.runAll();

            assertThat(heard).containsExactly("1");
            assertThat(asked.mayWait()).isTrue();
        }

        @Test
        void oneAttemptWaitsHoweverOftenThereMayBeANewAnswer() {
            ready = false;
            for (int i = 0; i < 5; i++) {
                subscriber.run();
            }
            assertThat(hot.tasks).hasSize(1);
            hot.runAll();
            for (int i = 0; i < 5; i++) {
                subscriber.run();
            }
            assertThat(hot.tasks).isEmpty();
            assertThat(cold.tasks).hasSize(1);
            answer = "2";
            cold.runAll();

            assertThat(heard).containsExactly("2");
        }

        @Test
        void aNewAnswerWhileOneIsAskedForIsAskedForOnceMore() {
            whileAsked = () -> {
                whileAsked = () -> {};
                subscriber.run();
                subscriber.run();
            };
            subscriber.run();
            hot.tasks.remove().run();
            assertThat(hot.tasks).hasSize(1);
            answer = "2";

            hot.runAll();

            assertThat(heard).containsExactly("1", "2");
        }

        @Test
        void theSameAnswerIsNotGivenAgain() {
            for (int i = 0; i < 3; i++) {
                subscriber.run();
                hot.runAll();
            }
            assertThat(heard).containsExactly("1");
        }
    }

    @Nested
    class NoAnswers {

        @Test
        void whereTheSubscriptionsThreadsRefuseItIsTriedAgainAfterAWhile() {
            ready = false;
            cold.refuses = true;
            subscriber.run();
            hot.runAll();
            subscriber.run();
            assertThat(hot.tasks).as("it is waiting already").isEmpty();
            cold.refuses = false;

            scheduler.advance(Subscriber.RETRY);
            hot.runAll();
            cold.runAll();

            assertThat(heard).containsExactly("1");
        }

        @Test
        void anAnswerThatTakesTooMuchIsToldAndTriedAgain() {
            ready = false;
            failure = new QueryTimeoutException();
            subscriber.run();
            hot.runAll();
            cold.runAll();
            assertThat(heard).containsExactly("QueryTimeoutException");
            assertThat(hot.tasks).isEmpty();
            failure = null;

            scheduler.advance(Subscriber.RETRY);
            hot.runAll();
            cold.runAll();

            assertThat(heard).containsExactly("QueryTimeoutException", "1");
        }

        @Test
        void afterARefusalTheSameAnswerIsGivenAgain() {
            subscriber.run();
            hot.runAll();
            failure = new FeedNotRegisteredException("posts");
            subscriber.run();
            hot.runAll();
            failure = null;
            for (int i = 0; i < 2; i++) {
                subscriber.run();
                hot.runAll();
            }

            assertThat(heard).containsExactly("1", "FeedNotRegisteredException", "1");
        }

        @Test
        void whatNobodyExpectedIsARefusalToo() {
            failure = new IllegalStateException("a value of somebody's document");
            subscriber.run();
            hot.runAll();

            assertThat(heard).containsExactly("QueryFailedException");
            assertThat(new QueryFailedException(failure).reason()).doesNotContain("somebody");
        }

        @Test
        void oneThatIsNeverFoundIsTriedLessAndLess() {
            failure = new QueryTimeoutException();
            subscriber.run();
            for (int seconds = 0; seconds < 600; seconds++) {
                hot.runAll();
                scheduler.advance(Duration.ofSeconds(1));
            }
            assertThat(heard).hasSizeBetween(10, 18);
        }
    }

    @Nested
    class ListenersThatThrowOrLeave {

        @Test
        void whoseThreadIsInterruptedHearsNothing() {
            failure = new QueryStoppedException();
            subscriber.run();
            hot.runAll();

            assertThat(heard).isEmpty();
        }

        @Test
        void aListenerThatThrowsHearsTheNextAnswer() {
            whileAsked = () -> {};
            List<String> others = new ArrayList<>();
            Subscriber throwing = new Subscriber(
                    SubscriberTest.this::ask,
                    page -> {
                        others.add(new String(page.json(), StandardCharsets.UTF_8));
                        throw new IllegalStateException("broken");
                    },
                    new Effort(hot, () -> Budget.hot(10), cold, () -> Budget.ofSteps(10)),
                    scheduler);
            throwing.run();
            hot.runAll();
            answer = "2";
            throwing.run();
            hot.runAll();

            assertThat(others).containsExactly("1", "2");
        }

        @Test
        void closedItAsksNoMoreAndGivesUpWhatItAsks() {
            whileAsked = () -> {
                subscriber.close();
                failure = asked.isStopped() ? new QueryStoppedException() : null;
            };
            subscriber.run();
            hot.runAll();
            subscriber.run();

            assertThat(hot.tasks).isEmpty();
            assertThat(heard).isEmpty();
            assertThat(asked.isStopped()).isTrue();
        }

        @Test
        void nothingStaysScheduledForWhoHasLeft() {
            ready = false;
            cold.refuses = true;
            subscriber.run();
            hot.runAll();
            assertThat(scheduler.nextDue()).isPresent();

            subscriber.close();

            assertThat(scheduler.nextDue()).isEmpty();
        }
    }
}
