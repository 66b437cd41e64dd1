package dev.matview.core.mango.regex;

import org.jspecify.annotations.Nullable;

/**
 * What a backslash begins, as PCRE 8 reads it.
 *
 * @param kind what it is
 * @param value the byte, the letter of the special, or the number of the group
 */
record RegexEscape(Kind kind, int value) {
    enum Kind {
        /** A byte that stands for itself. */
        BYTE,
        /** A letter with a meaning, such as d. */
        SPECIAL,
        /** A reference to a group by number. */
        REFERENCE
    }

    private static final String SPECIAL = "ABCDEGHKNPQRSVWXZbdhkpsvwz";

    /** Whether the special matches something, and so can be repeated. */
    boolean consumes() {
        return "DdSsWwNCPpRHhVvX".indexOf(value) >= 0;
    }

    /**
     * Returns the bytes that the special stands for, or null when it stands for something else. Reads the name of a
     * property, which follows its escape.
     */
    @Nullable
    ByteSet set(RegexPattern pattern) {
        if (kind != Kind.SPECIAL) {
            return null;
        }
        return switch (value) {
            case 'd' -> ByteSet.DIGIT;
            case 'D' -> ByteSet.DIGIT.complement();
            case 's' -> ByteSet.SPACE;
            case 'S' -> ByteSet.SPACE.complement();
            case 'w' -> ByteSet.WORD;
            case 'W' -> ByteSet.WORD.complement();
            case 'h' -> ByteSet.HORIZONTAL_SPACE;
            case 'H' -> ByteSet.HORIZONTAL_SPACE.complement();
            case 'v' -> ByteSet.VERTICAL_SPACE;
            case 'V' -> ByteSet.VERTICAL_SPACE.complement();
            case 'p' -> property(pattern);
            case 'P' -> property(pattern).complement();
            default -> null;
        };
    }

    /**
     * Reads an escape. The pattern stands after the backslash; afterwards, after the escape.
     *
     * @param groups how many groups were opened so far
     * @param strict whether a letter without a meaning is an error, as {@code (?X)} has it
     */
    static RegexEscape read(RegexPattern pattern, boolean inClass, int groups, boolean strict) {
        if (pattern.atEnd()) {
            throw pattern.bad("\\ at the end");
        }
        int c = pattern.next();
        if (c >= '1' && c <= '9') {
            return number(pattern, c, inClass, groups);
        }
        if (c == '0') {
            return octal(pattern, 0);
        }
        if (c == 'g' && !inClass) {
            return group(pattern, groups);
        }
        if (SPECIAL.indexOf(c) >= 0) {
            if (c == 'N' && pattern.peek() == '{' && RegexQuantifier.at(pattern) == null) {
                throw pattern.bad("\\N{name} is not known");
            }
            return new RegexEscape(Kind.SPECIAL, c);
        }
        return new RegexEscape(Kind.BYTE, literal(pattern, c, strict));
    }

    private static int literal(RegexPattern pattern, int c, boolean strict) {
        return switch (c) {
            case 'a' -> 7;
            case 'e' -> 27;
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'c' -> control(pattern);
            case 'x' -> hexadecimal(pattern);
            case 'o' -> bracedNumber(pattern, 8, "\\o");
            case 'L', 'U', 'l', 'u' -> throw pattern.bad("\\L, \\U, \\l and \\u are not known");
            default -> {
                boolean isLetter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
                if (strict && isLetter && c != 'g') {
                    throw pattern.bad("an escaped letter without a meaning");
                }
                yield c;
            }
        };
    }

    /** A back reference where there is, or could be, such a group; else up to three octal digits, or 8 or 9 itself. */
    private static RegexEscape number(RegexPattern pattern, int first, boolean inClass, int groups) {
        if (!inClass) {
            int start = pattern.at;
            pattern.at--;
            int number = pattern.number();
            if (number >= 1_000_000) {
                throw pattern.bad("the number of a group is too great");
            }
            if (number < 8 || number <= groups) {
                return new RegexEscape(Kind.REFERENCE, number);
            }
            pattern.at = start;
        }
        return first >= '8' ? new RegexEscape(Kind.BYTE, first) : octal(pattern, first - '0');
    }

    private static RegexEscape octal(RegexPattern pattern, int first) {
        int value = first;
        for (int i = 0; i < 2 && pattern.peek() >= '0' && pattern.peek() <= '7'; i++) {
            value = value * 8 + (pattern.next() - '0');
        }
        if (value > 0xFF) {
            throw pattern.bad("an octal value is greater than \\377");
        }
        return new RegexEscape(Kind.BYTE, value);
    }

    private static ByteSet property(RegexPattern pattern) {
        if (pattern.atEnd()) {
            throw pattern.bad("\\p must be followed by the name of a property");
        }
        String name;
        boolean negated = false;
        if (pattern.skip("{")) {
            negated = pattern.skip("^");
            int start = pattern.at;
            while (!pattern.atEnd() && pattern.peek() != '}') {
                pattern.at++;
            }
            name = pattern.since(start);
            if (!pattern.skip("}")) {
                throw pattern.bad("the name of a property has no end");
            }
        } else {
            name = String.valueOf((char) pattern.next());
        }
        ByteSet set = ByteSet.property(name);
        if (set == null) {
            throw pattern.bad("there is no property of that name");
        }
        return negated ? set.complement() : set;
    }

    private static int control(RegexPattern pattern) {
        if (pattern.atEnd() || pattern.peek() > 127) {
            throw pattern.bad("\\c must be followed by an ASCII character");
        }
        int c = pattern.next();
        return (c >= 'a' && c <= 'z' ? c - 0x20 : c) ^ 0x40;
    }

    private static int hexadecimal(RegexPattern pattern) {
        if (pattern.peek() == '{') {
            return bracedNumber(pattern, 16, "\\x");
        }
        int value = 0;
        for (int i = 0; i < 2 && Character.digit(pattern.peek(), 16) >= 0; i++) {
            value = value * 16 + Character.digit(pattern.next(), 16);
        }
        return value;
    }

    private static int bracedNumber(RegexPattern pattern, int radix, String what) {
        if (!pattern.skip("{") || pattern.peek() == '}') {
            throw pattern.bad(what + " must be followed by digits in braces");
        }
        int value = 0;
        while (Character.digit(pattern.peek(), radix) >= 0) {
            value = Math.min(value * radix + Character.digit(pattern.next(), radix), 0x100);
        }
        if (value > 0xFF || !pattern.skip("}")) {
            throw pattern.bad(what + "{} must be a number up to 255, as characters are bytes");
        }
        return value;
    }

    /** Reads {@code \g}: a reference by number, or the specials k, for a reference by name, and g, for a call. */
    private static RegexEscape group(RegexPattern pattern, int groups) {
        if (pattern.peek() == '<' || pattern.peek() == '\'') {
            return new RegexEscape(Kind.SPECIAL, 'g');
        }
        boolean braced = pattern.peek() == '{';
        if (braced) {
            int i = 1;
            while (pattern.peek(i) == '-' || RegexPattern.isDigit(pattern.peek(i))) {
                i++;
            }
            if (pattern.peek(i) != 0 && pattern.peek(i) != '}') {
                return new RegexEscape(Kind.SPECIAL, 'k');
            }
            pattern.at++;
        }
        boolean relative = pattern.skip("-");
        int number = pattern.number();
        if (braced && !pattern.skip("}")) {
            throw pattern.bad("\\g must be followed by a name or a number in braces");
        }
        int group = relative ? groups - number + 1 : number;
        if (number == 0 || number >= 1_000_000 || group < 1) {
            throw pattern.bad("\\g refers to no group");
        }
        return new RegexEscape(Kind.REFERENCE, group);
    }
}
