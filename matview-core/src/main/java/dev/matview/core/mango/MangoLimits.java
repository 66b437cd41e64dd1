package dev.matview.core.mango;

/**
 * What a selector may cost, so that one sent by a client can be run.
 *
 * @param maxDepth how deep the selector's JSON may nest, 1 to {@value #DEEPEST}; {@code {"a": 1}} is 1 deep
 * @param maxConditions how many members and array elements the selector's JSON may hold, at all depths: each is at most
 *     one condition to evaluate or one value to compare with
 * @param regexSteps how many steps all {@code $regex} together may take on one document; a step is about one element of
 *     the pattern tried at one place, or one alternative left for later
 */
public record MangoLimits(int maxDepth, int maxConditions, int regexSteps) {
    /** Nothing nests deeper than this, because compiling and evaluating recurse. */
    static final int DEEPEST = 500;

    private static final MangoLimits DEFAULTS = new MangoLimits(50, 2_000, 1_000_000);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException when a limit is not positive, or the depth greater than {@value #DEEPEST}
     */
    public MangoLimits {
        if (maxDepth < 1 || maxDepth > DEEPEST) {
            throw new IllegalArgumentException("maxDepth must be 1 to " + DEEPEST + ", not " + maxDepth);
        }
        if (maxConditions < 1 || regexSteps < 1) {
            throw new IllegalArgumentException("maxConditions and regexSteps must be positive");
        }
    }

    /** Returns limits for selectors sent by clients: 50 deep, 2,000 conditions, a million steps (a few milliseconds). */
    public static MangoLimits defaults() {
        return DEFAULTS;
    }
}
