package dev.matview.core.internal.live;

import dev.matview.core.ColdQueryException;
import dev.matview.core.PageListener;
import dev.matview.core.QueryException;
import dev.matview.core.QueryFailedException;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.mango.Budget;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription.
 *
 * <ol>
 *   <li>When there may be a new answer, it is asked for with little effort, on threads that all subscribers share.
 *   <li>An answer that takes more is asked for again on the subscription's executor. When that refuses, or the answer takes
 *       more than one query may and more of it was found, all this is tried again after a while.
 *   <li>However often there may be a new answer meanwhile, it is asked for once more, and that is the newest. One equal to
 *       the last is not given again, unless the listener was told in between that there is none.
 * </ol>
 *
 * Thread-safe: one attempt is under way or waits at any time.
 */
public final class Subscriber implements Runnable {

    /** How long after it was refused an attempt is made again. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private static final Subscription NOTHING = () -> {};
    private static final Logger log = LoggerFactory.getLogger(Subscriber.class);

    private final Asking query;
    private final PageListener listener;
    private final Effort effort;
    private final Scheduler scheduler;

    /** Guarded by this. */
    private State state = State.IDLE;

    private Duration retry = RETRY;
    private @Nullable ServedPage last;
    private volatile boolean refused;
    /** Keeps the generation of the last answer: its bookmark does not expire while the subscription lasts. */
    private final AtomicReference<Subscription> hold = new AtomicReference<>(NOTHING);

    /** The next attempt, where it waits for its time. */
    private final AtomicReference<Subscription> later = new AtomicReference<>(NOTHING);

    private volatile @Nullable Budget underWay;
    private volatile boolean closed;

    private enum State {
        IDLE,
        /** An attempt waits for a thread, or for its time. */
        WAITING,
        ASKING,
        /** There may be a newer answer than the one that is being asked for. */
        ASKING_AND_AGAIN
    }

    /** Asks for the answer. */
    public interface Asking {
        /** The answer, or null while there is none. */
        @Nullable
        ServedPage ask(Budget budget);
    }

    /**
     * Where answers are asked for, and with how much.
     *
     * @param hot threads for answers that are ready; null where none ever is
     * @param hotBudget what they may take there
     * @param cold threads for others
     * @param budget what those may take
     */
    public record Effort(@Nullable Executor hot, Supplier<Budget> hotBudget, Executor cold, Supplier<Budget> budget) {

        /** Where no answer is ever ready. */
        public static Effort cold(Executor cold, Supplier<Budget> budget) {
            return new Effort(null, budget, cold, budget);
        }
    }

    public Subscriber(Asking query, PageListener listener, Effort effort, Scheduler scheduler) {
        this.query = query;
        this.listener = listener;
        this.effort = effort;
        this.scheduler = scheduler;
    }

    /** There may be a new answer. */
    @Override
    public void run() {
        synchronized (this) {
            if (closed || state == State.WAITING) {
                return;
            }
            if (state != State.IDLE) {
                state = State.ASKING_AND_AGAIN;
                return;
            }
            state = State.WAITING;
        }
        submit();
    }

    /** Whether the listener was last told that there is no answer. */
    public boolean isRefused() {
        return refused;
    }

    private void submit() {
        Executor hot = effort.hot();
        if (hot == null) {
            submitCold();
            return;
        }
        try {
            hot.execute(() -> attempt(effort.hotBudget().get()));
        } catch (RejectedExecutionException closing) {
            closed = true;
        }
    }

    private void submitCold() {
        try {
            effort.cold().execute(() -> attempt(effort.budget().get()));
        } catch (RejectedExecutionException busy) {
            later(RETRY);
        }
    }

    /** Tries again after a while, if anybody still wants the answer. An attempt counts as waiting until then. */
    private void later(Duration delay) {
        if (!closed) {
            later.set(scheduler.schedule(delay, this::submit));
        }
        if (closed) {
            later.getAndSet(NOTHING).close();
        }
    }

    private void attempt(Budget budget) {
        underWay = budget;
        synchronized (this) {
            if (closed) {
                return;
            }
            state = State.ASKING;
        }
        Duration delay = null;
        try {
            ServedPage answer = query.ask(budget);
            retry = RETRY;
            deliver(answer);
        } catch (ColdQueryException cold) {
            synchronized (this) {
                state = State.WAITING;
            }
            submitCold();
            return;
        } catch (QueryTimeoutException e) {
            // What was found of a view is kept: who asks on comes further.
            delay = effort.hot() == null ? null : retry;
            retry = min(retry.multipliedBy(2), LONGEST_RETRY);
            tellRefused(e);
        } catch (QueryStoppedException e) {
            log.trace("Nobody waits for a subscriber's answer");
        } catch (QueryException e) {
            tellRefused(e);
        } catch (RuntimeException e) {
            log.warn("A subscriber's query failed", e);
            tellRefused(new QueryFailedException(e));
        }
        ended(delay);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void ended(@Nullable Duration delay) {
        boolean again;
        synchronized (this) {
            again = state == State.ASKING_AND_AGAIN;
            state = again || delay != null ? State.WAITING : State.IDLE;
        }
        if (again) {
            submit();
        } else if (delay != null) {
            later(delay);
        }
    }

    private void deliver(@Nullable ServedPage answer) {
        if (answer == null || closed || !refused && last != null && answer.shows(last)) {
            return;
        }
        refused = false;
        last = answer;
        hold.getAndSet(answer.hold()).close();
        if (closed) {
            letGo();
        }
        try {
            listener.answer(answer);
        } catch (RuntimeException e) {
            log.warn("A subscriber failed", e);
        }
    }

    private void tellRefused(QueryException reason) {
        log.debug("A subscriber gets no answer: {}", reason.getMessage());
        if (closed) {
            return;
        }
        refused = true;
        try {
            listener.refused(reason);
        } catch (RuntimeException e) {
            log.warn("A subscriber failed", e);
        }
    }

    /** No answer is given any more; one that is being asked for is given up. */
    public void close() {
        closed = true;
        letGo();
        later.getAndSet(NOTHING).close();
        Budget budget = underWay;
        if (budget != null) {
            budget.stop();
        }
    }

    private void letGo() {
        hold.getAndSet(NOTHING).close();
    }
}
