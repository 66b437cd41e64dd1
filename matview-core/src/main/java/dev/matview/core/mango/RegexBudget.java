package dev.matview.core.mango;

/** What the regular expressions of a selector may still spend on one document. Not thread-safe. */
final class RegexBudget {
    /** For selectors without regular expressions, which spend nothing. */
    static final RegexBudget NONE = new RegexBudget(0);

    private final int granted;
    private int left;

    RegexBudget(int steps) {
        this.granted = steps;
        this.left = steps;
    }

    /**
     * Pays for some steps.
     *
     * @throws MangoException {@code regex_too_expensive} when nothing is left
     */
    void spend(int steps) {
        left -= steps;
        if (left < 0) {
            throw new MangoException(
                    "regex_too_expensive",
                    "A regular expression took more than " + granted + " steps on one document. Nested repetitions"
                            + " such as (a+)+ are the usual cause.");
        }
    }
}
