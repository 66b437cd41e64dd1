package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Tokens as clients send them. */
public final class Tokens {

    /** Long enough for every HMAC, so that a token of a wrong algorithm is wrong in nothing else. */
    public static final byte[] SECRET =
            "a secret of more than sixty-four bytes, which is enough for HS512 too".getBytes(StandardCharsets.UTF_8);

    private Tokens() {}

    /** A token of the user alice, without an expiry. */
    public static String alice() {
        return signed(new JWTClaimsSet.Builder()
                .subject("did:example:alice")
                .claim("instanceId", "alice")
                .build());
    }

    public static String signed(JWTClaimsSet claims) {
        return signed(JWSAlgorithm.HS256, SECRET, claims);
    }

    static String signed(JWSAlgorithm algorithm, byte[] secret, JWTClaimsSet claims) {
        try {
            SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims);
            jwt.sign(new MACSigner(secret));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** A token that is signed well, whatever its claims are. */
    public static String signedText(String claims) {
        try {
            JWSObject jws = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims));
            jws.sign(new MACSigner(SECRET));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** Three parts that say what they are told to, the last one as it is. */
    public static String of(String header, String claims, String signature) {
        return encoded(header) + "." + encoded(claims) + "." + signature;
    }

    static String encoded(String part) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(part.getBytes(StandardCharsets.UTF_8));
    }
}
