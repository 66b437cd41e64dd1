package dev.matview.core.mango.regex;

/** Reads what stands in square brackets in a regular expression. */
final class RegexClassParser {
    private final RegexPattern pattern;
    private final boolean caseless;
    private final boolean strict;
    private final int groups;

    private ByteSet set = ByteSet.NONE;

    /** Whether one is between \Q and \E, where nothing but \E has a meaning. */
    private boolean quoted;

    private RegexClassParser(RegexPattern pattern, boolean caseless, boolean strict, int groups) {
        this.pattern = pattern;
        this.caseless = caseless;
        this.strict = strict;
        this.groups = groups;
    }

    /** Reads a class. The pattern stands after the opening bracket; afterwards, after the closing one. */
    static ByteSet read(RegexPattern pattern, boolean caseless, boolean strict, int groups) {
        if (posixEnd(pattern, -1) >= 0) {
            throw pattern.bad("POSIX classes stand only inside of a class");
        }
        return new RegexClassParser(pattern, caseless, strict, groups).read();
    }

    private ByteSet read() {
        boolean negated = false;
        while (pattern.skip("\\E") || pattern.skip("\\Q\\E") || !negated && pattern.peek() == '^') {
            negated |= pattern.skip("^");
        }
        // A bracket that closes is an ordinary character where it stands first.
        do {
            if (pattern.atEnd()) {
                throw pattern.bad("a class has no closing ]");
            }
            item();
        } while (quoted || pattern.peek() != ']');
        pattern.at++;
        return negated ? set.complement() : set;
    }

    private void item() {
        if (quoted) {
            if (pattern.skip("\\E")) {
                quoted = false;
            } else {
                byteOrRange(pattern.next());
            }
            return;
        }
        int posixEnd = pattern.peek() == '[' ? posixEnd(pattern, 0) : -1;
        if (posixEnd >= 0) {
            posix(posixEnd);
        } else if (pattern.peek() == '\\') {
            pattern.at++;
            escape(RegexEscape.read(pattern, true, groups, strict));
        } else {
            byteOrRange(pattern.next());
        }
    }

    private void posix(int end) {
        if (pattern.peek(1) != ':') {
            throw pattern.bad("POSIX collating elements are not known");
        }
        int last = pattern.at + end;
        pattern.at += 2;
        boolean negated = pattern.skip("^");
        int start = pattern.at;
        pattern.at = last;
        String name = pattern.since(start);
        pattern.at = last + 2;
        boolean anyCase = caseless && (name.equals("upper") || name.equals("lower"));
        ByteSet named = ByteSet.posix(anyCase ? "alpha" : name);
        if (named == null) {
            throw pattern.bad("there is no POSIX class of that name");
        }
        set = set.union(negated ? named.complement() : named);
    }

    private void escape(RegexEscape escape) {
        if (escape.kind() == RegexEscape.Kind.BYTE) {
            byteOrRange(escape.value());
            return;
        }
        ByteSet named = escape.set(pattern);
        if (named != null) {
            set = set.union(named);
            return;
        }
        switch (escape.value()) {
            case 'b' -> byteOrRange('\b');
            case 'Q' -> quoted = !pattern.skip("\\E");
            case 'E' -> {
                // It ends nothing here.
            }
            case 'N' -> throw pattern.bad("\\N cannot stand in a class");
            default -> {
                if (strict) {
                    throw pattern.bad("an escape that cannot stand in a class");
                }
                byteOrRange(escape.value());
            }
        }
    }

    private void byteOrRange(int first) {
        skipQuoteEnds();
        int start = pattern.at;
        if (quoted || !pattern.skip("-")) {
            add(first, first);
            return;
        }
        skipQuoteEnds();
        while (!quoted && pattern.skip("\\Q")) {
            quoted = !pattern.skip("\\E");
        }
        if (pattern.atEnd() || !quoted && pattern.peek() == ']') {
            // A hyphen at the end is itself an ordinary character.
            pattern.at = start;
            add(first, first);
            return;
        }
        int last = quoted ? pattern.next() : endOfRange();
        if (last < first) {
            throw pattern.bad("a range in a class is out of order");
        }
        add(first, last);
    }

    private int endOfRange() {
        if (pattern.peek() == '[' && posixEnd(pattern, 0) >= 0) {
            throw pattern.bad("a range in a class cannot end in a POSIX class");
        }
        if (!pattern.skip("\\")) {
            return pattern.next();
        }
        RegexEscape escape = RegexEscape.read(pattern, true, groups, strict);
        if (escape.kind() == RegexEscape.Kind.BYTE) {
            return escape.value();
        }
        if (escape.value() == 'b') {
            return '\b';
        }
        throw pattern.bad("a range in a class must end in a character");
    }

    private void skipQuoteEnds() {
        while (pattern.skip("\\E")) {
            quoted = false;
        }
    }

    private void add(int first, int last) {
        ByteSet range = ByteSet.range(first, last);
        set = set.union(caseless ? range.bothCases() : range);
    }

    /**
     * Returns how far from the current place the name of a POSIX class ends, if one begins at a distance from here,
     * else a negative number.
     */
    private static int posixEnd(RegexPattern pattern, int distance) {
        int mark = pattern.peek(distance + 1);
        if (mark != ':' && mark != '.' && mark != '=') {
            return -1;
        }
        for (int i = distance + 2; pattern.peek(i) != 0; i++) {
            int c = pattern.peek(i);
            int following = pattern.peek(i + 1);
            if (c == '\\' && (following == ']' || following == '\\')) {
                i++;
            } else if (c == '[' && following == mark || c == ']') {
                return -1;
            } else if (c == mark && following == ']') {
                return i;
            }
        }
        return -1;
    }
}
