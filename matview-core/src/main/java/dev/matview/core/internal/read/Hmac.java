package dev.matview.core.internal.read;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 over a list of parts. Each part goes in with its length, so that no two lists read the same. Not
 * thread-safe: whoever needs one makes it from the {@link Key}.
 */
final class Hmac {

    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;

    /** What it is keyed with. Immutable. */
    static final class Key {
        private final SecretKeySpec spec;

        Key(byte[] bytes) {
            this.spec = new SecretKeySpec(bytes, ALGORITHM);
        }

        /** A key for one purpose, from which this one and those for other purposes cannot be told. */
        Key derive(String purpose) {
            return new Key(hmac().add(purpose).finish());
        }

        Hmac hmac() {
            return new Hmac(this);
        }

        byte[] bytes() {
            return spec.getEncoded();
        }
    }

    private Hmac(Key key) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(key.spec);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JVM has " + ALGORITHM, e);
        }
    }

    /** By its UTF-16 units: to encode half a surrogate pair would make strings alike that differ. */
    Hmac add(String part) {
        ByteBuffer units = ByteBuffer.allocate(2 * part.length());
        units.asCharBuffer().put(part);
        return add(units.array());
    }

    Hmac add(byte[] part) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            mac.update((byte) (part.length >>> shift));
        }
        mac.update(part);
        return this;
    }

    /** The value over what was added since the last one. */
    byte[] finish() {
        return mac.doFinal();
    }
}
