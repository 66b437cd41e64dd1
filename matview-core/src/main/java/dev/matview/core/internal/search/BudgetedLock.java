package dev.matview.core.internal.search;

import dev.matview.core.QueryStoppedException;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for which is waited as long as a budget allows: not at all by those who must not be held up. Thread-safe. */
final class BudgetedLock {

    private final ReentrantLock lock = new ReentrantLock();

    /** @throws BudgetSpentException when it is not to be had in time */
    void lock(Budget budget) {
        if (lock.tryLock()) {
            return;
        }
        try {
            long patience = budget.waitLeft().toMillis();
            if (!budget.await(() -> lock.tryLock(patience, TimeUnit.MILLISECONDS))) {
                throw BudgetSpentException.ofTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryStoppedException();
        }
    }

    /** False when somebody else has it. */
    boolean tryLock() {
        return lock.tryLock();
    }

    void unlock() {
        lock.unlock();
    }
}
