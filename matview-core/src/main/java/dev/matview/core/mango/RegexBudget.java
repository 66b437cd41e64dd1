package dev.matview.core.mango;

/** What the regular expressions of a selector may still spend on one document. Not thread-safe. */
final class RegexBudget {
    private int steps;

    RegexBudget(int steps) {
        this.steps = steps;
    }

    int remaining() {
        return steps;
    }

    void remaining(int steps) {
        this.steps = steps;
    }
}
