package dev.matview.core.mango.regex;

import org.jspecify.annotations.Nullable;

/**
 * How often something is to be repeated.
 *
 * @param max the most, {@link Integer#MAX_VALUE} for any number
 * @param length how many bytes of the pattern it takes, without the mark that follows
 */
record RegexQuantifier(int min, int max, int length) {
    private static final int MOST = 65_535;

    /**
     * Reads the quantifier that stands here, without moving.
     *
     * @return null when there is none: a brace that is not followed by counts is an ordinary character
     */
    static @Nullable RegexQuantifier at(RegexPattern pattern) {
        return switch (pattern.peek()) {
            case '*' -> new RegexQuantifier(0, Integer.MAX_VALUE, 1);
            case '+' -> new RegexQuantifier(1, Integer.MAX_VALUE, 1);
            case '?' -> new RegexQuantifier(0, 1, 1);
            case '{' -> braces(pattern);
            default -> null;
        };
    }

    private static @Nullable RegexQuantifier braces(RegexPattern pattern) {
        int start = pattern.at;
        try {
            pattern.at++;
            if (!RegexPattern.isDigit(pattern.peek())) {
                return null;
            }
            int min = pattern.number();
            int max = min;
            if (pattern.skip(",")) {
                max = RegexPattern.isDigit(pattern.peek()) ? pattern.number() : Integer.MAX_VALUE;
            }
            return pattern.skip("}") ? new RegexQuantifier(min, max, pattern.at - start) : null;
        } finally {
            pattern.at = start;
        }
    }

    /** Checks the counts. */
    void check(RegexPattern pattern) {
        if (min > MOST || max > MOST && max != Integer.MAX_VALUE) {
            throw pattern.bad("a count in braces is greater than 65535");
        }
        if (min > max) {
            throw pattern.bad("the counts in braces are out of order");
        }
    }
}
