package dev.matview.core.internal.position;

import dev.matview.core.spi.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * How a view holds what positions say: there may be a million of them. CouchDB's update sequences are a number and some
 * hundred characters of base64, which take three quarters of that as bytes; an instance is a number. Whatever else they are
 * is kept as it is. What the positions of many databases have alike is not among it: that is a {@link Stem}, and shared.
 */
public final class PositionCodec {

    /** How a string is kept: by the first byte. */
    private static final byte LATIN1 = 0;

    private static final byte UTF16 = 1;
    private static final byte NUMBER = 2;
    private static final byte SEQUENCE = 3;
    /** A sequence whose opaque part begins as the stem's does: the rest of it. */
    private static final byte STEMMED = 4;

    /** Digits that surely are a long. */
    private static final int MOST_DIGITS = 18;

    /** A number takes at most nine bytes, and a length five. */
    private static final int OVERHEAD = 16;

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private PositionCodec() {}

    /**
     * What the positions of many databases have alike. Two are the same when they are one object.
     *
     * @param purgeSeq the purge sequence: nearly all databases were never purged
     * @param opaque how the bytes begin that follow the number in the update sequence: CouchDB names nodes and ranges there
     */
    public static final class Stem {
        private final String purgeSeq;
        private final byte[] opaque;

        Stem(String purgeSeq, byte[] opaque) {
            this.purgeSeq = purgeSeq;
            this.opaque = opaque;
        }

        String purgeSeq() {
            return purgeSeq;
        }

        int length() {
            return opaque.length;
        }

        boolean begins(byte[] other) {
            int differs = Arrays.mismatch(opaque, other);
            return differs < 0 || differs == opaque.length;
        }
    }

    /** The update sequence and the instance, without what the stem says of them. */
    public static byte[] encode(Position position, Stem stem) {
        String updateSeq = position.updateSeq();
        String instance = position.instance();
        Writer writer = new Writer(new byte[2 * (updateSeq.length() + instance.length() + OVERHEAD)], stem);
        writer.string(updateSeq);
        writer.string(instance);
        return Arrays.copyOf(writer.bytes, writer.at);
    }

    public static Position decode(byte[] encoded, Stem stem) {
        Reader reader = new Reader(encoded, stem);
        String updateSeq = reader.string();
        return new Position(updateSeq, stem.purgeSeq, reader.string());
    }

    /** The bytes that follow the number, if the text is a number, a dash and base64 to the last bit; else none. */
    static byte[] opaque(String text) {
        int digits = digits(text);
        return digits > 0 && digits < text.length() && text.charAt(digits) == '-'
                ? decoded(text.substring(digits + 1))
                : new byte[0];
    }

    /** How many of the first characters are a number as it is written, without a zero before it; else 0. */
    private static int digits(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        return digits > MOST_DIGITS || (digits > 1 && text.charAt(0) == '0') ? 0 : digits;
    }

    private static boolean isLatin1(String text) {
        return text.chars().allMatch(character -> character < 0x100);
    }

    /** What the text is base64 of, if it is that to the last bit; else nothing. */
    private static byte[] decoded(String text) {
        boolean isBase64 = text.length() % 4 != 1
                && text.chars()
                        .allMatch(character -> (character >= 'A' && character <= 'Z')
                                || (character >= 'a' && character <= 'z')
                                || (character >= '0' && character <= '9')
                                || character == '-'
                                || character == '_');
        byte[] decoded = isBase64 ? Base64.getUrlDecoder().decode(text) : new byte[0];
        return ENCODER.encodeToString(decoded).equals(text) ? decoded : new byte[0];
    }

    private static final class Writer {
        private final byte[] bytes;
        private final Stem stem;
        private int at;

        Writer(byte[] bytes, Stem stem) {
            this.bytes = bytes;
            this.stem = stem;
        }

        void string(String text) {
            int digits = digits(text);
            byte[] tail = opaque(text);
            if (digits > 0 && digits == text.length()) {
                bytes[at++] = NUMBER;
                number(Long.parseLong(text));
            } else if (tail.length > 0) {
                boolean stemmed = stem.length() > 0 && stem.begins(tail);
                bytes[at++] = stemmed ? STEMMED : SEQUENCE;
                number(Long.parseLong(text.substring(0, digits)));
                run(stemmed ? Arrays.copyOfRange(tail, stem.length(), tail.length) : tail);
            } else {
                boolean latin1 = isLatin1(text);
                bytes[at++] = latin1 ? LATIN1 : UTF16;
                run(latin1 ? text.getBytes(StandardCharsets.ISO_8859_1) : characters(text));
            }
        }

        /** As they are: an encoder would replace half a character. */
        private static byte[] characters(String text) {
            ByteBuffer characters = ByteBuffer.allocate(2 * text.length());
            characters.asCharBuffer().put(text);
            return characters.array();
        }

        private void run(byte[] content) {
            number(content.length);
            System.arraycopy(content, 0, bytes, at, content.length);
            at += content.length;
        }

        /** Seven bits a byte, the lowest first. */
        private void number(long number) {
            long left = number;
            while (left >= 0x80) {
                bytes[at++] = (byte) (left | 0x80);
                left >>>= 7;
            }
            bytes[at++] = (byte) left;
        }
    }

    private static final class Reader {
        private final byte[] bytes;
        private final Stem stem;
        private int at;

        Reader(byte[] bytes, Stem stem) {
            this.bytes = bytes;
            this.stem = stem;
        }

        String string() {
            byte kind = bytes[at++];
            return switch (kind) {
                case NUMBER -> Long.toString(number());
                case SEQUENCE -> number() + "-" + ENCODER.encodeToString(run());
                case STEMMED -> number() + "-" + ENCODER.encodeToString(stemmed());
                case LATIN1 -> new String(run(), StandardCharsets.ISO_8859_1);
                default -> ByteBuffer.wrap(run()).asCharBuffer().toString();
            };
        }

        private byte[] stemmed() {
            byte[] rest = run();
            byte[] whole = Arrays.copyOf(stem.opaque, stem.length() + rest.length);
            System.arraycopy(rest, 0, whole, stem.length(), rest.length);
            return whole;
        }

        private byte[] run() {
            int length = (int) number();
            at += length;
            return Arrays.copyOfRange(bytes, at - length, at);
        }

        private long number() {
            long number = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = bytes[at++];
                number |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return number;
                }
            }
        }
    }
}
