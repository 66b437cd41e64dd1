package dev.matview.core.mango.regex;

/** Pays for what matching takes. */
@FunctionalInterface
public interface RegexSteps {

    /** Pays for steps that are about to be taken; what it throws ends the matching. */
    void spend(int steps);
}
