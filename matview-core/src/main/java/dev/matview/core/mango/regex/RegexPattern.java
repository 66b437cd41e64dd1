package dev.matview.core.mango.regex;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a regular expression and a place in them. As in C, where PCRE comes from, the pattern ends at the first
 * zero byte, and reads as zero from there on.
 */
final class RegexPattern {
    private final byte[] bytes;
    int at;

    RegexPattern(String pattern) {
        byte[] utf8 = pattern.getBytes(StandardCharsets.UTF_8);
        int end = 0;
        while (end < utf8.length && utf8[end] != 0) {
            end++;
        }
        this.bytes = Arrays.copyOf(utf8, end);
    }

    /** Returns the byte at a distance from the current one, as a number from 0 to 255. */
    int peek(int distance) {
        int i = at + distance;
        return i < bytes.length ? bytes[i] & 0xFF : 0;
    }

    int peek() {
        return peek(0);
    }

    /** Returns the current byte and moves past it. */
    int next() {
        int c = peek();
        at++;
        return c;
    }

    boolean atEnd() {
        return at >= bytes.length;
    }

    /** Moves past some text if it stands here. */
    boolean skip(String text) {
        if (!startsWith(text)) {
            return false;
        }
        at += text.length();
        return true;
    }

    boolean startsWith(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (peek(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the text from a place up to the current one, one character for each byte. */
    String since(int start) {
        return new String(bytes, start, Math.min(at, bytes.length) - start, StandardCharsets.ISO_8859_1);
    }

    /** Reads the digits that stand here, which may be none, as a number; a huge one is cut to a million. */
    int number() {
        int number = 0;
        while (isDigit(peek())) {
            number = Math.min(number * 10 + (next() - '0'), 1_000_000);
        }
        return number;
    }

    /** Reads the word characters that stand here, which may be none. */
    String word() {
        int start = at;
        while (ByteSet.WORD.contains(peek())) {
            at++;
        }
        return since(start);
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** Returns the error that CouchDB gives for a pattern that PCRE does not compile. */
    RegexException bad(String why) {
        return new RegexException("bad_arg", "Bad argument for operator $regex: " + why + place());
    }

    /** Returns the error for what PCRE would accept. */
    RegexException unsupported(String what) {
        return new RegexException("unsupported_regex", what + " are not supported in $regex" + place());
    }

    private String place() {
        return " (at byte " + Math.min(at, bytes.length) + " of the pattern)";
    }
}
