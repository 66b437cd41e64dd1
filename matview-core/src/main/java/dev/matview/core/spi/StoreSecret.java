package dev.matview.core.spi;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all processes on one {@link ViewStore} share and nobody else knows: from it come the keys of rows, which last, and
 * the seals of bookmarks, which may be changed. Immutable; its arrays are not to be written to, and it is never printed.
 *
 * <p>To {@linkplain #rotated rotate} gives a new seal. What the seal before it closed is still opened, what an older one
 * closed is not: rotated once, every bookmark that clients hold goes on; rotated twice, none does. Keys of rows stay.
 */
public final class StoreSecret {

    /** The bytes of each part. */
    public static final int BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] lasting;
    private final byte[] seal;
    private final Optional<byte[]> sealBefore;

    private StoreSecret(byte[] lasting, byte[] seal, Optional<byte[]> sealBefore) {
        this.lasting = requireLength(lasting);
        this.seal = requireLength(seal);
        this.sealBefore = sealBefore;
        sealBefore.ifPresent(StoreSecret::requireLength);
    }

    /** A new one. */
    public static StoreSecret random() {
        return new StoreSecret(randomBytes(), randomBytes(), Optional.empty());
    }

    /**
     * One that a store kept.
     *
     * @throws IllegalArgumentException when a part has not {@value #BYTES} bytes
     */
    public static StoreSecret of(byte[] lasting, byte[] seal, Optional<byte[]> sealBefore) {
        return new StoreSecret(lasting, seal, sealBefore);
    }

    /** The same with a new seal; the one that was current is the one before. */
    public StoreSecret rotated() {
        return new StoreSecret(lasting, randomBytes(), Optional.of(seal));
    }

    /** What the keys of rows are made with. Never changes. */
    public byte[] lasting() {
        return lasting;
    }

    /** What bookmarks are sealed with. */
    public byte[] seal() {
        return seal;
    }

    /** What they were sealed with before the last rotation; empty before the first. */
    public Optional<byte[]> sealBefore() {
        return sealBefore;
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static byte[] requireLength(byte[] part) {
        if (Objects.requireNonNull(part).length != BYTES) {
            throw new IllegalArgumentException("a part of a secret has " + BYTES + " bytes, not " + part.length);
        }
        return part;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoreSecret secret
                && Arrays.equals(lasting, secret.lasting)
                && Arrays.equals(seal, secret.seal)
                && Arrays.equals(sealBefore.orElse(null), secret.sealBefore.orElse(null));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(seal);
    }

    /** Says nothing of it. */
    @Override
    public String toString() {
        return "StoreSecret[hidden]";
    }
}
