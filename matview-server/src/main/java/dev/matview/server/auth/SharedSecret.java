package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A secret for HS256, which no text of this object shows. Immutable and thread-safe. */
public final class SharedSecret {

    /** The shortest secret, in bytes, that HS256 allows (RFC 7518, section 3.2). */
    public static final int MIN_BYTES = 32;

    private final byte[] bytes;
    private final JWSVerifier verifier;

    private SharedSecret(byte[] bytes) {
        this.bytes = bytes;
        try {
            this.verifier = new MACVerifier(bytes);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("cannot be used for HS256", e);
        }
    }

    /**
     * @throws IllegalArgumentException when the secret has less than {@link #MIN_BYTES} bytes, or is one that is guessed;
     *     the message does not hold it
     */
    public static SharedSecret of(byte[] bytes) {
        if (bytes.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "an HS256 secret has at least " + MIN_BYTES + " bytes, not " + bytes.length);
        }
        Guessable.refuse(bytes);
        return new SharedSecret(bytes.clone());
    }

    JWSVerifier verifier() {
        return verifier;
    }

    /** A token with these claims. */
    public String sign(JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        try {
            token.sign(new MACSigner(bytes));
        } catch (JOSEException e) {
            throw new IllegalStateException("a secret that verifies signs", e);
        }
        return token.serialize();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SharedSecret secret && Arrays.equals(secret.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "a secret of " + bytes.length + " bytes";
    }
}
