package dev.matview.core.internal.refresh;

import dev.matview.core.RefreshListener.Why;
import dev.matview.core.feed.Refresh;
import dev.matview.core.internal.schedule.Timetable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a feed is due next, and why, as how its refreshes ended and what happened since has it. Guarded by the worker's lock. */
final class NextRefresh {

    private final Timetable timetable;

    /** Null until the stored generation was looked for; the feed is not refreshed before. */
    private @Nullable Instant due;

    private Why why = Why.FIRST;
    private @Nullable Instant lastStart;
    /** Whether a database changed since the last refresh started. */
    private boolean changed;
    /** Whether there may have been changes since then of which nobody told. */
    private boolean isUncertain;
    /** When the first change was noticed that no refresh has shown; null when there is none. */
    private @Nullable Instant unshownSince;

    private int failures;
    private @Nullable String lastFailure;
    /** How many refreshes in a row left databases behind. */
    private int behind;
    /** How many refreshes in a row lost their commit to older work. */
    private int overtaken;

    NextRefresh(Timetable timetable) {
        this.timetable = timetable;
    }

    @Nullable
    Instant due() {
        return due;
    }

    Why why() {
        return why;
    }

    int failures() {
        return failures;
    }

    @Nullable
    String lastFailure() {
        return lastFailure;
    }

    /** Not due before it is loaded again. */
    void unload() {
        due = null;
    }

    /** Due then, which it was not before: for the first time, or with another view. */
    void load(Instant time, boolean awaited) {
        load(time, awaited ? Why.REQUEST : lastStart == null ? Why.FIRST : Why.DEFINITION);
    }

    private void load(Instant time, Why reason) {
        due = time;
        why = reason;
    }

    /** Due then, if it was due later. */
    void bringForward(Instant time, Why reason) {
        if (due != null && time.isBefore(due)) {
            load(time, reason);
        }
    }

    /** Has other times from now on. What changed while the feed was not continuous, nobody told it. */
    void reschedule(Refresh refresh, Instant now) {
        if (due != null && lastStart != null) {
            if (refresh.continuous()) {
                isUncertain = true;
                load(timetable.afterChange(refresh, lastStart, now), Why.CHANGE);
            } else {
                load(timetable.next(refresh, lastStart, now), Why.INTERVAL);
            }
        }
    }

    boolean isUndisturbed() {
        return failures == 0 && overtaken == 0;
    }

    /** Whether the next one is due for changes that were noticed, and for nothing else. */
    boolean isForNoticed() {
        return why == Why.CHANGE && unshownSince != null && !isUncertain;
    }

    /** A refresh begins; gives when the first change was noticed that it is to show, or null. */
    @Nullable
    Instant begin(Instant now) {
        changed = false;
        isUncertain = false;
        lastStart = now;
        Instant since = unshownSince;
        unshownSince = null;
        return since;
    }

    /** @param since of the changes that it was to show; where databases are behind, they may be among those */
    void succeeded(int behindCount, @Nullable Instant since) {
        if (behindCount > 0) {
            stillUnshown(since);
        }
        failures = 0;
        lastFailure = null;
        overtaken = 0;
        behind = behindCount == 0 ? 0 : behind + 1;
    }

    /** @param since of the changes that it was to show; they are shown by a later one */
    void failed(String reason, @Nullable Instant since) {
        failures++;
        lastFailure = reason;
        overtaken = 0;
        stillUnshown(since);
    }

    void overtaken(@Nullable Instant since) {
        failures = 0;
        lastFailure = null;
        overtaken++;
        stillUnshown(since);
    }

    private void stillUnshown(@Nullable Instant since) {
        unshownSince = since == null ? unshownSince : since;
    }

    /** A refresh was of a definition that the feed has no more. */
    void superseded(Instant now) {
        if (due != null) {
            load(now, Why.DEFINITION);
        }
    }

    /**
     * A refresh has ended, which began then: says when the next is due.
     *
     * @param awaited whether somebody asked for another
     * @param read whether readers wait for one
     */
    void ended(Refresh refresh, Instant begunAt, boolean awaited, boolean read, Instant now) {
        if (due == null) {
            return;
        }
        if (overtaken > 0) {
            // At once, and not each time: nodes that overtake one another for ever would do nothing else.
            load(overtaken == 1 ? now : timetable.afterFailure(overtaken - 1, now), Why.RETRY);
        } else if (awaited) {
            load(now, Why.REQUEST);
        } else if (failures > 0) {
            load(timetable.afterFailure(failures, now), Why.RETRY);
        } else {
            load(timetable.next(refresh, begunAt, now), Why.INTERVAL);
            if (behind > 0) {
                bringForward(timetable.afterFailure(behind, now), Why.RETRY);
            }
            if (read) {
                bringForward(timetable.afterReader(refresh, begunAt, now), Why.READER);
            }
            if (changed) {
                bringForward(timetable.afterChange(refresh, begunAt, now), Why.CHANGE);
            }
        }
    }

    /** A reader wants younger rows. */
    void wanted(Refresh refresh, Instant now) {
        if (isUndisturbed()) {
            bringForward(lastStart == null ? now : timetable.afterReader(refresh, lastStart, now), Why.READER);
        }
    }

    /**
     * A database has changed, or may have: due earlier, though not before a failing feed may be tried again.
     *
     * @param noticed whether one was named
     * @param running whether a refresh is under way: then the change counts when it has ended
     * @return false when it may not be
     */
    boolean change(Refresh refresh, boolean noticed, boolean running, Instant now) {
        boolean earlier = !changed && !running && isUndisturbed();
        changed = true;
        isUncertain |= !noticed;
        if (noticed && unshownSince == null) {
            unshownSince = now;
        }
        if (earlier) {
            bringForward(lastStart == null ? now : timetable.afterChange(refresh, lastStart, now), Why.CHANGE);
        }
        return earlier;
    }
}
