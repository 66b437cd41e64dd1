package dev.matview.core.mango;

import dev.matview.core.mango.BudgetSpentException.Reason;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What one request may still cost. All that works for it charges this: a step is a condition looked at, an array element, a
 * name of a path, a comparison, or {@value #TEXT} characters of text or bytes of JSON walked. When nothing is left,
 * {@link #spend} throws, and so does every later call.
 *
 * <p>Time is counted only while there is work: between {@link #begin} and {@link #end}, less what is spent in
 * {@link #await}. Waiting has a time of its own.
 *
 * <p>One thread works at a time; any thread may {@link #stop}. Charging is a subtraction: clock and stop are looked at
 * every few thousand steps.
 */
public final class Budget {
    /** How many characters of text, or bytes of JSON, cost a step. */
    public static final int TEXT = 64;

    private static final int SLICE = 4_096;

    private final boolean patient;
    private final @Nullable InstantSource clock;
    private final long workMillis;
    private final long waitMillis;

    /** Of the slice that may be taken without looking at anything else. */
    private int left;

    private long reserve;
    private int regexSteps;
    private int regexLeft;

    private boolean working;
    private long worked;
    /** When the work under way began. */
    private long workingSince;

    private boolean waits;
    private long waited;
    /** When the wait under way began, and how much had been worked by then. */
    private long waitingSince;

    private long workedBefore;
    private volatile boolean stopped;

    /** Guarded by this: who waits, and whether it was woken by {@link #stop}. */
    private @Nullable Thread waiting;

    private boolean woken;

    /** Something that takes time and is no work. */
    @FunctionalInterface
    public interface Wait<T extends @Nullable Object> {
        T await() throws InterruptedException;
    }

    private Budget(long steps, boolean patient, @Nullable InstantSource clock, long workMillis, long waitMillis) {
        this.patient = patient;
        this.clock = clock;
        this.workMillis = workMillis;
        this.waitMillis = waitMillis;
        this.left = (int) Math.min(steps, SLICE);
        this.reserve = steps - left;
    }

    /** Returns a budget that only {@link #stop} ends. */
    public static Budget unlimited() {
        return ofSteps(Long.MAX_VALUE);
    }

    /** Returns a budget of so many steps, in any time. */
    public static Budget ofSteps(long steps) {
        return new Budget(steps, true, null, 0, 0);
    }

    /**
     * Returns a budget for a thread that must not be held up: it never waits.
     *
     * @param steps few
     */
    public static Budget hot(long steps) {
        return new Budget(steps, false, null, 0, 0);
    }

    /**
     * Returns a budget of steps and time.
     *
     * @param work how long may be worked
     * @param wait how long may be waited, beside that
     */
    public static Budget of(long steps, Duration work, Duration wait, InstantSource clock) {
        return new Budget(steps, true, clock, work.toMillis(), wait.toMillis());
    }

    /**
     * Pays for steps, before they are taken.
     *
     * @throws BudgetSpentException when they are not to be taken
     */
    public void spend(int count) {
        left -= count;
        if (left < 0) {
            refill();
        }
    }

    /** Pays for many steps. */
    public void spend(long count) {
        spend((int) Math.min(Integer.MAX_VALUE, count));
    }

    private void refill() {
        long missing = -(long) left;
        left = 0;
        check();
        if (missing > reserve) {
            reserve = 0;
            throw new BudgetSpentException(Reason.STEPS);
        }
        reserve -= missing;
        left = (int) Math.min(reserve, SLICE);
        reserve -= left;
    }

    /**
     * Looks at the clock and whether this was stopped, without paying.
     *
     * @throws BudgetSpentException when the work is to end
     */
    public void check() {
        if (stopped) {
            throw new BudgetSpentException(Reason.STOPPED);
        }
        if (clock != null && (worked() > workMillis || waited() > waitMillis)) {
            reserve = 0;
            left = 0;
            throw new BudgetSpentException(Reason.TIME);
        }
    }

    private long worked() {
        return working ? worked + since(workingSince) : worked;
    }

    private long waited() {
        return waits ? waited + Math.max(0, since(waitingSince) - (worked() - workedBefore)) : waited;
    }

    private long since(long then) {
        return Math.max(0, now() - then);
    }

    private long now() {
        return clock == null ? 0 : clock.millis();
    }

    /** Gives the regular expressions of a selector what they may spend on the next document. */
    void grantRegex(int count) {
        regexSteps = count;
        regexLeft = count;
    }

    /**
     * Pays for steps of regular expressions, out of what was granted for this document.
     *
     * @throws MangoException {@code regex_too_expensive} when nothing of that is left
     */
    void spendRegex(int count) {
        regexLeft -= count;
        if (regexLeft < 0) {
            throw new MangoException(
                    "regex_too_expensive",
                    "A regular expression took more than " + regexSteps + " steps on one document. Nested repetitions"
                            + " such as (a+)+ are the usual cause.");
        }
    }

    int regexLeft() {
        return regexLeft;
    }

    /** Returns how many steps are left, about. */
    public long stepsLeft() {
        return reserve + Math.max(0, left);
    }

    /**
     * Work begins; it may have begun already.
     *
     * @throws BudgetSpentException when none is to be done any more
     */
    public void begin() {
        if (!working) {
            check();
            working = true;
            workingSince = now();
        }
    }

    /** Work ends; nothing when none is under way. */
    public void end() {
        worked = worked();
        working = false;
    }

    /** Tells whether one may wait for this request at all. */
    public boolean mayWait() {
        return patient;
    }

    /** Returns how long may still be waited; very long where there is no clock. */
    public Duration waitLeft() {
        return clock == null ? Duration.ofDays(1) : Duration.ofMillis(Math.max(0, waitMillis - waited()));
    }

    /**
     * Waits for something else, which is no work, save what is done within it between {@link #begin} and {@link #end}, on
     * any thread. A {@link #stop} meanwhile interrupts the calling thread.
     *
     * @throws BudgetSpentException when this must not wait, has no time to, or was stopped
     * @throws InterruptedException when the thread was interrupted otherwise
     */
    public <T extends @Nullable Object> T await(Wait<T> wait) throws InterruptedException {
        if (!patient) {
            throw new BudgetSpentException(Reason.WAIT);
        }
        if (waitLeft().isZero()) {
            throw new BudgetSpentException(Reason.TIME);
        }
        boolean wasWorking = working;
        end();
        waitingSince = now();
        workedBefore = worked;
        enter();
        waits = true;
        try {
            return wait.await();
        } catch (InterruptedException | RuntimeException e) {
            // Whatever an interrupt looks like by the time it comes out here.
            if (stopped) {
                throw new BudgetSpentException(Reason.STOPPED);
            }
            throw e;
        } finally {
            leave();
            end();
            waited = waited();
            waits = false;
            if (wasWorking) {
                working = true;
                workingSince = now();
            }
        }
    }

    private synchronized void enter() {
        if (stopped) {
            throw new BudgetSpentException(Reason.STOPPED);
        }
        waiting = Thread.currentThread();
    }

    private synchronized void leave() {
        waiting = null;
        if (woken) {
            // The interrupt was for the wait, which is over: the thread is to be used for others.
            woken = false;
            Thread.interrupted();
        }
    }

    /** Nobody wants the answer any more: the work ends soon, with {@link Reason#STOPPED}. Any thread may call this. */
    public synchronized void stop() {
        stopped = true;
        if (waiting != null) {
            woken = true;
            waiting.interrupt();
        }
    }

    /** Tells whether this was stopped. */
    public boolean isStopped() {
        return stopped;
    }
}
