package dev.matview.core.spi;

import static java.nio.charset.StandardCharsets.UTF_16BE;

import dev.matview.core.access.Acl;
import dev.matview.core.internal.json.Json;
import java.util.stream.Stream;

/**
 * Surrogates without their other half. JavaScript's strings may hold them, and JSON may escape them; no encoding has them,
 * and CouchDB refuses them. Stateless.
 */
final class HalfCharacters {

    /** What stands for one where it cannot be shown. */
    static final char REPLACEMENT = '\uFFFD';

    /** An escape: a backslash, u, and four hexadecimal digits. */
    private static final int ESCAPE = 6;

    private HalfCharacters() {}

    static boolean areIn(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean whole = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!whole) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** The text with each of them replaced by the sign for what cannot be shown. */
    static String replacedIn(String text) {
        return areIn(text) ? new String(text.getBytes(UTF_16BE), UTF_16BE) : text;
    }

    static boolean areIn(Acl acl) {
        return acl.allow().stream().anyMatch(HalfCharacters::areIn)
                || acl.deny().stream().anyMatch(HalfCharacters::areIn)
                || Stream.concat(acl.allowRules().stream(), acl.denyRules().stream())
                        .map(Json::bytes)
                        .anyMatch(rule -> areEscapedIn(rule, 0, rule.length));
    }

    /** Whether JSON has one as an escape. */
    static boolean areEscapedIn(byte[] json, int offset, int length) {
        int end = offset + length;
        for (int i = offset; i < end; i++) {
            if (json[i] != '\\') {
                continue;
            }
            int unit = unit(json, i, end);
            if (unit < 0 || !Character.isSurrogate((char) unit)) {
                i += unit < 0 ? 1 : ESCAPE - 1;
                continue;
            }
            int next = i + ESCAPE < end ? unit(json, i + ESCAPE, end) : -1;
            if (!Character.isHighSurrogate((char) unit) || next < 0 || !Character.isLowSurrogate((char) next)) {
                return true;
            }
            i += 2 * ESCAPE - 1;
        }
        return false;
    }

    /** The UTF-16 unit that is escaped here; negative when there is no such escape. */
    private static int unit(byte[] json, int at, int end) {
        if (at + ESCAPE > end || json[at] != '\\' || json[at + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + ESCAPE; i++) {
            int digit = Character.digit(json[i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit * 16 + digit;
        }
        return unit;
    }
}
