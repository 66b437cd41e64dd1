package dev.matview.couch.internal.view;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.IntPredicate;

/**
 * A way to write any name where not every character may stand: what may stays, of anything else every byte in UTF-8 becomes
 * the sign and two hexadecimal digits. The sign itself never stays, so no two names are escaped alike. Immutable.
 */
record Escape(char sign, HexFormat digits, IntPredicate stays) {

    /** For names of databases. */
    static final Escape FOR_DATABASES = new Escape(
            '$', HexFormat.of(), c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-');

    /** For ids of documents, and parts of them: readable, in one line, without a slash. */
    static final Escape FOR_IDS =
            new Escape('%', HexFormat.of().withUpperCase(), c -> c != '/' && c != '%' && c >= ' ' && c != 0x7f);

    String of(String name) {
        StringBuilder escaped = new StringBuilder(name.length() + 8);
        name.codePoints().forEach(c -> {
            if (stays.test(c)) {
                escaped.appendCodePoint(c);
            } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    escaped.append(sign).append(digits.toHexDigits(b));
                }
            }
        });
        return escaped.toString();
    }

    /** The beginning of what was escaped, of that length at most, which ends within no escaped byte. */
    String begin(String escaped, int length) {
        int end = length;
        for (int i = length - 2; i < length; i++) {
            if (escaped.charAt(i) == sign) {
                end = i;
            }
        }
        return escaped.substring(0, end);
    }
}
