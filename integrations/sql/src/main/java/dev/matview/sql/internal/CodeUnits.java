package dev.matview.sql.internal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Strings as bytes that order as {@link String#compareTo} orders them, and hold all that strings can: each UTF-16 code unit by
 * itself, as one to three bytes (CESU-8). ASCII is one byte a character.
 */
final class CodeUnits {

    private CodeUnits() {}

    static byte[] encode(String text) {
        byte[] bytes = new byte[3 * text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                bytes[length++] = (byte) unit;
            } else if (unit < 0x800) {
                bytes[length++] = (byte) (0xc0 | unit >> 6);
                bytes[length++] = (byte) (0x80 | unit & 0x3f);
            } else {
                bytes[length++] = (byte) (0xe0 | unit >> 12);
                bytes[length++] = (byte) (0x80 | unit >> 6 & 0x3f);
                bytes[length++] = (byte) (0x80 | unit & 0x3f);
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    /** @throws IllegalArgumentException when these are not what {@link #encode} gave */
    static String decode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        int i = 0;
        while (i < bytes.length) {
            int first = bytes[i++] & 0xff;
            if (first < 0x80) {
                text.append((char) first);
            } else if (first < 0xe0) {
                text.append((char) ((first & 0x1f) << 6 | next(bytes, i++)));
            } else {
                text.append((char) ((first & 0x0f) << 12 | next(bytes, i) << 6 | next(bytes, i + 1)));
                i += 2;
            }
        }
        return text.toString();
    }

    private static int next(byte[] bytes, int at) {
        if (at >= bytes.length || (bytes[at] & 0xc0) != 0x80) {
            throw new IllegalArgumentException("not code units at byte " + at);
        }
        return bytes[at] & 0x3f;
    }

    /** A number that two texts have in common only by a chance of one in 2 to the 64th. */
    static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(encode(text));
            long hash = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                hash = hash << 8 | digest[i] & 0xff;
            }
            return hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
