package dev.matview.core.mango;

/**
 * What a selector may cost.
 *
 * @param maxDepth how deep the selector's JSON may nest
 * @param maxConditions how many conditions and listed values it may hold
 * @param regexSteps how many steps one {@code $regex} may take on one value
 */
public record MangoLimits(int maxDepth, int maxConditions, int regexSteps) {
    /** Returns the limits that are right for selectors sent by clients. */
    public static MangoLimits defaults() {
        return new MangoLimits(64, 1_000, 200_000);
    }
}
