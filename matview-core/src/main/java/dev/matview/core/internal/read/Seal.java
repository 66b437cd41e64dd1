package dev.matview.core.internal.read;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Closes what clients carry and must neither read nor change, with AES-256-GCM. Immutable and thread-safe.
 *
 * <p>The nonce is an HMAC of what is closed, so that none is used for two contents, however many are closed and by however
 * many servers; and what is closed twice looks the same, so that answers with it can be kept and compared.
 */
final class Seal {

    /** How many bytes name a seal. */
    static final int NAME_BYTES = 5;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /** How much longer the closed is than the open. */
    static final int OVERHEAD = NONCE_BYTES + TAG_BYTES;

    private final byte[] name;
    private final SecretKeySpec key;
    private final Hmac.Key nonces;

    Seal(byte[] secret) {
        Hmac.Key source = new Hmac.Key(secret);
        this.name = Arrays.copyOf(source.derive("name of a seal").bytes(), NAME_BYTES);
        this.key = new SecretKeySpec(source.derive("bookmarks").bytes(), "AES");
        this.nonces = source.derive("nonces of bookmarks");
    }

    /** Tells seals apart, and says nothing of them. */
    byte[] name() {
        return name;
    }

    /** @param header is not closed, but what is closed can only be opened with the same */
    byte[] close(byte[] header, byte[] content) {
        byte[] nonce = Arrays.copyOf(nonces.hmac().add(header).add(content).finish(), NONCE_BYTES);
        try {
            byte[] closed = cipher(Cipher.ENCRYPT_MODE, nonce, header).doFinal(content);
            byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + closed.length);
            System.arraycopy(closed, 0, all, NONCE_BYTES, closed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JVM has AES-GCM", e);
        }
    }

    /** What {@link #close} closed; nothing when it was not closed with this seal and that header, or was changed since. */
    Optional<byte[]> open(byte[] header, byte[] closed) {
        if (closed.length < OVERHEAD) {
            return Optional.empty();
        }
        byte[] nonce = Arrays.copyOf(closed, NONCE_BYTES);
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, nonce, header)
                    .doFinal(closed, NONCE_BYTES, closed.length - NONCE_BYTES));
        } catch (AEADBadTagException changed) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JVM has AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] header) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
        cipher.updateAAD(header);
        return cipher;
    }
}
