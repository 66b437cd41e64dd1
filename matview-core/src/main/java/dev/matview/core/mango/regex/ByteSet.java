package dev.matview.core.mango.regex;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A set of bytes, and the sets that regular expressions have names for. A byte is seen as a Latin-1 character, with the
 * tables that Erlang builds PCRE with.
 */
final class ByteSet {
    static final ByteSet ALL = of(c -> true);
    static final ByteSet NONE = of(c -> false);
    static final ByteSet NOT_NEWLINE = of(c -> c != '\n');
    static final ByteSet DIGIT = range('0', '9');
    static final ByteSet SPACE = of(c -> c == ' ' || c >= '\t' && c <= '\r');
    static final ByteSet UPPER = of(c -> c >= 'A' && c <= 'Z' || c >= 0xC0 && c <= 0xDE && c != 0xD7);

    /** The feminine and masculine ordinals, micro, sharp s and y with diaeresis are lower case without upper. */
    static final ByteSet LOWER =
            of(c -> c >= 'a' && c <= 'z' || c == 0xAA || c == 0xB5 || c == 0xBA || c >= 0xDF && c != 0xF7);

    static final ByteSet ALPHA = UPPER.union(LOWER);
    static final ByteSet WORD = ALPHA.union(DIGIT).union(of(c -> c == '_'));
    static final ByteSet HORIZONTAL_SPACE = of(c -> c == '\t' || c == ' ' || c == 0xA0);
    static final ByteSet VERTICAL_SPACE = of(c -> c >= '\n' && c <= '\r' || c == 0x85);

    private static final ByteSet[] SINGLE = new ByteSet[256];

    static {
        Arrays.setAll(SINGLE, c -> of(other -> other == c));
    }

    private static final ByteSet CONTROL = of(c -> c < ' ' || c >= 0x7F && c < 0xA0);
    private static final ByteSet GRAPHIC = of(c -> c > ' ').minus(CONTROL);

    private static final Map<String, ByteSet> POSIX = Map.ofEntries(
            Map.entry("alpha", ALPHA),
            Map.entry("lower", LOWER),
            Map.entry("upper", UPPER),
            Map.entry("alnum", ALPHA.union(DIGIT)),
            Map.entry("ascii", ALL),
            Map.entry("blank", of(c -> c == '\t' || c == ' ')),
            Map.entry("cntrl", CONTROL),
            Map.entry("digit", DIGIT),
            Map.entry("graph", GRAPHIC),
            Map.entry("print", GRAPHIC.union(of(c -> c == ' '))),
            Map.entry("punct", GRAPHIC.minus(ALPHA).minus(DIGIT)),
            Map.entry("space", SPACE),
            Map.entry("word", WORD),
            Map.entry("xdigit", DIGIT.union(range('a', 'f')).union(range('A', 'F'))));

    private final long[] bits;

    private ByteSet(long[] bits) {
        this.bits = bits;
    }

    static ByteSet of(IntPredicate contains) {
        long[] bits = new long[4];
        for (int c = 0; c < 256; c++) {
            if (contains.test(c)) {
                bits[c >> 6] |= 1L << c;
            }
        }
        return new ByteSet(bits);
    }

    /** Returns the set of one byte. */
    static ByteSet single(int c) {
        return SINGLE[c];
    }

    static ByteSet range(int first, int last) {
        return of(c -> c >= first && c <= last);
    }

    /** Returns what {@code [:name:]} stands for, or null when there is no such class. */
    static @Nullable ByteSet posix(String name) {
        return POSIX.get(name);
    }

    /** Returns what {@code \p{name}} stands for, or null when there is no such property. */
    static @Nullable ByteSet property(String name) {
        return switch (name) {
            case "Any" -> ALL;
            case "L&" -> category("Lu").union(category("Ll"));
            case "Xan" -> category("L").union(category("N"));
            case "Xps", "Xsp" -> SPACE.union(of(c -> c == 0x85 || c == 0xA0));
            case "Xwd" -> category("L").union(category("N")).union(of(c -> c == '_'));
            case "Xuc" -> of(c -> c == '$' || c == '@' || c == '`' || c >= 0xA0);
            case "C",
                    "L",
                    "M",
                    "N",
                    "P",
                    "S",
                    "Z",
                    "Cc",
                    "Cf",
                    "Cn",
                    "Co",
                    "Cs",
                    "Ll",
                    "Lm",
                    "Lo",
                    "Lt",
                    "Lu",
                    "Mc",
                    "Me",
                    "Mn",
                    "Nd",
                    "Nl",
                    "No",
                    "Pc",
                    "Pd",
                    "Pe",
                    "Pf",
                    "Pi",
                    "Po",
                    "Ps",
                    "Sc",
                    "Sk",
                    "Sm",
                    "So",
                    "Zl",
                    "Zp",
                    "Zs" -> category(name);
            default -> script(name);
        };
    }

    /** Adds the other case of every letter. */
    ByteSet bothCases() {
        return of(c -> contains(c) || contains(otherCase(c)));
    }

    static int otherCase(int c) {
        if (UPPER.contains(c)) {
            return c + 0x20;
        }
        int upper = c - 0x20;
        return upper >= 0 && UPPER.contains(upper) ? upper : c;
    }

    ByteSet union(ByteSet other) {
        return of(c -> contains(c) || other.contains(c));
    }

    ByteSet minus(ByteSet other) {
        return of(c -> contains(c) && !other.contains(c));
    }

    ByteSet complement() {
        return ALL.minus(this);
    }

    boolean contains(byte b) {
        return (bits[(b & 0xFF) >> 6] >>> b & 1) != 0;
    }

    boolean contains(int c) {
        return (bits[c >> 6] >>> c & 1) != 0;
    }

    private static ByteSet category(String name) {
        return of(c -> categoryOf(c).startsWith(name));
    }

    /** The Latin-1 characters have few of the categories. */
    private static String categoryOf(int c) {
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER -> "Lu";
            case Character.LOWERCASE_LETTER -> "Ll";
            case Character.OTHER_LETTER -> "Lo";
            case Character.DECIMAL_DIGIT_NUMBER -> "Nd";
            case Character.OTHER_NUMBER -> "No";
            case Character.CONNECTOR_PUNCTUATION -> "Pc";
            case Character.DASH_PUNCTUATION -> "Pd";
            case Character.START_PUNCTUATION -> "Ps";
            case Character.END_PUNCTUATION -> "Pe";
            case Character.INITIAL_QUOTE_PUNCTUATION -> "Pi";
            case Character.FINAL_QUOTE_PUNCTUATION -> "Pf";
            case Character.OTHER_PUNCTUATION -> "Po";
            case Character.MATH_SYMBOL -> "Sm";
            case Character.CURRENCY_SYMBOL -> "Sc";
            case Character.MODIFIER_SYMBOL -> "Sk";
            case Character.OTHER_SYMBOL -> "So";
            case Character.SPACE_SEPARATOR -> "Zs";
            case Character.FORMAT -> "Cf";
            default -> "Cc";
        };
    }

    /** Scripts are spelled like Old_Italic. Most have no character in Latin-1. */
    private static @Nullable ByteSet script(String name) {
        Character.UnicodeScript script;
        try {
            script = Character.UnicodeScript.forName(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
        boolean isFullName = name.toUpperCase(Locale.ROOT).equals(script.name());
        return isFullName && Character.isUpperCase(name.charAt(0))
                ? of(c -> Character.UnicodeScript.of(c) == script)
                : null;
    }
}
