package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.CriticalHeaderParamsDeferral;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** EdDSA with Ed25519 (RFC 8037) by the JDK's own provider: nimbus has it only together with another library. */
final class Ed25519Signature implements JWSVerifier {

    /** What comes before the 32 bytes of a key in its SubjectPublicKeyInfo (RFC 8410, section 4). */
    private static final byte[] KEY_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int KEY_BYTES = 32;

    private final PublicKey key;
    private final JCAContext context = new JCAContext();

    private Ed25519Signature(PublicKey key) {
        this.key = key;
    }

    /** The verifier of the key; null when it is of another curve. */
    static @Nullable JWSVerifier verifier(OctetKeyPair pair) throws JOSEException {
        byte[] x = pair.getDecodedX();
        if (!Curve.Ed25519.equals(pair.getCurve()) || x.length != KEY_BYTES) {
            return null;
        }
        byte[] encoded = new byte[KEY_PREFIX.length + KEY_BYTES];
        System.arraycopy(KEY_PREFIX, 0, encoded, 0, KEY_PREFIX.length);
        System.arraycopy(x, 0, encoded, KEY_PREFIX.length, KEY_BYTES);
        try {
            return new Ed25519Signature(
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw new JOSEException("the key is no point of Ed25519", e);
        }
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) throws JOSEException {
        // Nothing that a token calls critical is understood here (RFC 7515, section 4.1.11).
        if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm())
                || !new CriticalHeaderParamsDeferral().headerPasses(header)) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signingInput);
            return verifier.verify(signature.decode());
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new JOSEException("the JDK cannot verify Ed25519", e);
        }
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
        return Set.of(JWSAlgorithm.EdDSA);
    }

    @Override
    public JCAContext getJCAContext() {
        return context;
    }
}
