package dev.matview.core.mango;

import dev.matview.core.error.MatviewException;

/** Says that a {@link Budget} ends here. Costs no stack trace: to try with little first is an ordinary way to work. */
public final class BudgetSpentException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why a budget ends. */
    public enum Reason {
        /** All steps are taken. */
        STEPS,
        /** The work took as long as it may, or waiting did. */
        TIME,
        /** What comes now would have to wait, and this budget must not. */
        WAIT,
        /** Nobody wants the answer any more. */
        STOPPED
    }

    BudgetSpentException(Reason reason) {
        super("the budget is spent: " + reason, null, false);
        this.reason = reason;
    }

    /** For work that has waited as long as it may. */
    public static BudgetSpentException ofTime() {
        return new BudgetSpentException(Reason.TIME);
    }

    /** For what would have to wait on a budget that must not. */
    public static BudgetSpentException ofWait() {
        return new BudgetSpentException(Reason.WAIT);
    }

    /** Why the budget ends. */
    public Reason reason() {
        return reason;
    }
}
