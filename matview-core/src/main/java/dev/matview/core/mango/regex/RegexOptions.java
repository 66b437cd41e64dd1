package dev.matview.core.mango.regex;

/** The options that a pattern can set for a part of itself, as in {@code (?i)}. */
record RegexOptions(int bits) {
    static final RegexOptions NONE = new RegexOptions(0);

    private static final String LETTERS = "imsxUXJ";

    boolean caseless() {
        return has('i');
    }

    boolean multiline() {
        return has('m');
    }

    boolean dotAll() {
        return has('s');
    }

    boolean extended() {
        return has('x');
    }

    boolean ungreedy() {
        return has('U');
    }

    /** Whether an escaped letter without a meaning is an error. */
    boolean extra() {
        return has('X');
    }

    /** Whether several groups may have one name. */
    boolean duplicateNames() {
        return has('J');
    }

    /** Reads the letters that stand in the pattern, up to the parenthesis or colon after them. */
    RegexOptions read(RegexPattern pattern) {
        int set = 0;
        int unset = 0;
        boolean on = true;
        while (pattern.peek() != ')' && pattern.peek() != ':') {
            int c = pattern.atEnd() ? 0 : pattern.next();
            int bit = c == 0 ? -1 : LETTERS.indexOf(c);
            if (c == '-') {
                on = false;
            } else if (bit < 0) {
                throw pattern.bad("(? is followed by a character without a meaning");
            } else if (on) {
                set |= 1 << bit;
            } else {
                unset |= 1 << bit;
            }
        }
        return new RegexOptions((bits | set) & ~unset);
    }

    private boolean has(char letter) {
        return (bits >> LETTERS.indexOf(letter) & 1) != 0;
    }
}
