package dev.matview.couch.internal.view;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How much of a document's text is left when a server has kept it as JSON and Jackson writes again what it gives back.
 * Found in one pass over the bytes, which costs a fraction of parsing them and writing them again to compare.
 */
enum Fidelity {
    /** All of it, to the byte. */
    PLAIN,
    /** Perhaps only its meaning: {@code 1e10} may come back as {@code 10000000000.0}. */
    DELICATE,
    /** Nothing: it is nested so deep that nobody could read the view any more, or CouchDB would not take it. */
    NONE;

    private static final int MAX_DEPTH = 100;

    /** Up to so many digits, every integer is a number of JavaScript. */
    private static final int SAFE_DIGITS = 15;

    /** JavaScript, and so PouchDB, moves keys to the front that are integers of up to so many digits. */
    private static final int INDEX_DIGITS = 10;

    private static final byte[] PROTO = "__proto__".getBytes(StandardCharsets.US_ASCII);

    /** @param document one JSON value in UTF-8 */
    static Fidelity of(byte[] document) {
        return new Scan(document).run();
    }

    private static final class Scan {
        private final byte[] text;
        private int at;
        private boolean plain = true;
        /** Whether a surrogate is escaped, which Jackson does with those alone that lack their other half. */
        private boolean halved;

        Scan(byte[] text) {
            this.text = text;
        }

        Fidelity run() {
            int depth = 0;
            while (at < text.length) {
                byte b = text[at];
                if (b == '"') {
                    string();
                } else if (b == '-' || isDigit(b)) {
                    number();
                } else {
                    depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
                    if (depth > MAX_DEPTH) {
                        return NONE;
                    }
                    // Jackson writes no white space.
                    plain &= b > ' ';
                    at++;
                }
            }
            if (halved) {
                return NONE;
            }
            return plain ? PLAIN : DELICATE;
        }

        private void string() {
            int start = ++at;
            while (at < text.length && text[at] != '"') {
                if (text[at] == '\\') {
                    at++;
                    plain &= isWrittenByJackson();
                    halved |= isSurrogate();
                }
                at++;
            }
            int end = Math.min(at++, text.length);
            boolean key = at < text.length && text[at] == ':';
            plain &= !(key && isMovedByJavaScript(start, end));
        }

        /** Whether the escape at hand, behind its backslash, is the one that Jackson has for the character. */
        private boolean isWrittenByJackson() {
            if (at >= text.length) {
                return false;
            }
            return switch (text[at]) {
                case '"', '\\', 'b', 'f', 'n', 'r', 't' -> true;
                default -> false;
            };
        }

        private boolean isSurrogate() {
            return at + 2 < text.length
                    && text[at] == 'u'
                    && (text[at + 1] == 'D' || text[at + 1] == 'd')
                    && Character.digit(text[at + 2], 16) >= 8;
        }

        private boolean isMovedByJavaScript(int start, int end) {
            int length = end - start;
            if (length == PROTO.length && text[start] == '_') {
                return Arrays.equals(text, start, end, PROTO, 0, length);
            }
            if (length == 0 || length > INDEX_DIGITS) {
                return false;
            }
            for (int i = start; i < end; i++) {
                if (!isDigit(text[i])) {
                    return false;
                }
            }
            return true;
        }

        private void number() {
            int start = at;
            boolean integer = true;
            for (at++; at < text.length && isNumeric(text[at]); at++) {
                integer &= isDigit(text[at]);
            }
            plain &= integer ? isPlainInteger(start) : isPlainFraction(start);
        }

        private boolean isPlainInteger(int start) {
            int first = text[start] == '-' ? start + 1 : start;
            boolean negativeZero = first > start && text[first] == '0';
            return at - first <= SAFE_DIGITS && !negativeZero;
        }

        /** A whole number written as a fraction loses that, and an exponent may be spelled in more than one way. */
        private boolean isPlainFraction(int start) {
            String written = new String(text, start, at - start, StandardCharsets.US_ASCII);
            double value = Double.parseDouble(written);
            return Math.rint(value) != value && Double.toString(value).equals(written);
        }

        private static boolean isNumeric(byte b) {
            return isDigit(b) || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E';
        }

        private static boolean isDigit(byte b) {
            return b >= '0' && b <= '9';
        }
    }
}
