package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.matview.core.access.Caller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens signed with the keys of a key set. */
class KeySetTokensTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static RSAKey rsa;
    private static ECKey ec;
    private static KeyPair ed;

    @TempDir
    Path directory;

    private HttpServer server;

    @BeforeAll
    static void keys() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private static OctetKeyPair edKey() {
        byte[] encoded = ed.getPublic().getEncoded();
        byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x))
                .keyID("ed")
                .build();
    }

    private URL file(JWK... keys) throws IOException {
        return Files.writeString(directory.resolve("keys.json"), json(keys))
                .toUri()
                .toURL();
    }

    private static String json(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    private static KeySetTokens open(URL place) throws IOException {
        return open(place, ClaimRules.defaults());
    }

    private static KeySetTokens open(URL place, ClaimRules rules) throws IOException {
        return KeySetTokens.open(place, rules, InstantSource.fixed(NOW));
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder().subject("did:example:alice").claim("instanceId", "alice");
    }

    private static String signed(JWSAlgorithm algorithm, String key, JWSSigner signer, JWTClaimsSet claims)
            throws JOSEException {
        SignedJWT jwt =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key).build(), claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String rs256(RSAKey key) throws JOSEException {
        return signed(JWSAlgorithm.RS256, key.getKeyID(), new RSASSASigner(key), claims().build());
    }

    private static String edDsa(String header) throws GeneralSecurityException {
        String input =
                Tokens.encoded(header) + "." + Tokens.encoded(claims().build().toString());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(ed.getPrivate());
        signature.update(input.getBytes(StandardCharsets.US_ASCII));
        return input + "." + Base64URL.encode(signature.sign());
    }

    private static void assertRefused(KeySetTokens tokens, String token) {
        assertThatThrownBy(() -> tokens.authenticate(token)).isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void rs256Es256AndEdDsaAreAccepted() throws Exception {
        KeySetTokens tokens = open(file(rsa, ec, edKey()));

        Caller alice = new Caller("did:example:alice", "userdb-alice");
        assertThat(tokens.authenticate(rs256(rsa)).caller()).isEqualTo(alice);
        assertThat(tokens.authenticate(signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), claims().build()))
                        .caller())
                .isEqualTo(alice);
        assertThat(tokens.authenticate(edDsa("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}"))
                        .caller())
                .isEqualTo(alice);
        assertThat(tokens.authenticate(edDsa("{\"alg\":\"EdDSA\"}")).caller())
                .as("without the key's name")
                .isEqualTo(alice);
    }

    @Test
    void aPublicKeyIsNoSecret() throws Exception {
        KeySetTokens tokens = open(file(rsa));
        for (byte[] secret : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                rsa.getModulus().decode(),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            assertRefused(tokens, signed(JWSAlgorithm.HS256, "rsa", new MACSigner(secret), claims().build()));
        }
    }

    @Test
    void otherAlgorithmsAreRefusedAlsoWithAKnownKey() throws Exception {
        KeySetTokens tokens = open(file(rsa, ec, edKey()));

        for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.RS384, JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
            assertRefused(tokens, signed(algorithm, "rsa", new RSASSASigner(rsa), claims().build()));
        }
        assertRefused(tokens, Tokens.of("{\"alg\":\"none\"}", claims().build().toString(), ""));
        assertRefused(tokens, edDsa("{\"alg\":\"EdDSA\",\"kid\":\"ec\"}"));
        assertRefused(tokens, edDsa("{\"alg\":\"EdDSA\",\"kid\":\"ed\",\"crit\":[\"x\"],\"x\":1}"));
        assertRefused(tokens, edDsa("{\"alg\":\"ES256\",\"kid\":\"ed\"}"));
        assertRefused(tokens, rs256(new RSAKeyGenerator(2048).keyID("rsa").generate()));
        String good = edDsa("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}");
        assertRefused(tokens, good.substring(0, good.length() - 4));
        assertRefused(tokens, good.substring(0, good.lastIndexOf('.') + 1));
    }

    @Test
    void issuerAudienceTimesAndClaimNamesAreChecked() throws Exception {
        ClaimRules rules = new ClaimRules(
                "https://id.example.org",
                "matview",
                Duration.ofSeconds(5),
                "user",
                "db",
                new ClaimRules.Required("roles", "admin"));
        KeySetTokens tokens = open(file(rsa), rules);
        JWTClaimsSet good = new JWTClaimsSet.Builder()
                .issuer("https://id.example.org")
                .audience(List.of("other", "matview"))
                .expirationTime(Date.from(NOW.minusSeconds(4)))
                .notBeforeTime(Date.from(NOW.plusSeconds(4)))
                .claim("user", "did:example:bob")
                .claim("db", "bob")
                .claim("roles", List.of("user", "admin"))
                .build();
        RSASSASigner signer = new RSASSASigner(rsa);

        Identity identity = tokens.authenticate(signed(JWSAlgorithm.RS256, "rsa", signer, good));

        assertThat(identity.caller()).isEqualTo(new Caller("did:example:bob", "userdb-bob"));
        assertThat(identity.administrator()).isTrue();
        assertThat(identity.expiry()).isEqualTo(NOW.plusSeconds(1));
        for (JWTClaimsSet bad : List.of(
                new JWTClaimsSet.Builder(good)
                        .issuer("https://evil.example.org")
                        .build(),
                new JWTClaimsSet.Builder(good).issuer(null).build(),
                new JWTClaimsSet.Builder(good).audience("other").build(),
                new JWTClaimsSet.Builder(good).audience((String) null).build(),
                new JWTClaimsSet.Builder(good)
                        .expirationTime(Date.from(NOW.minusSeconds(5)))
                        .build(),
                new JWTClaimsSet.Builder(good)
                        .notBeforeTime(Date.from(NOW.plusSeconds(6)))
                        .build(),
                new JWTClaimsSet.Builder(good).claim("user", null).build())) {
            assertRefused(tokens, signed(JWSAlgorithm.RS256, "rsa", signer, bad));
        }
        assertThat(tokens.authenticate(signed(
                                JWSAlgorithm.RS256,
                                "rsa",
                                signer,
                                new JWTClaimsSet.Builder(good)
                                        .claim("roles", "administrator")
                                        .build()))
                        .administrator())
                .isFalse();
    }

    @Test
    void aKeyThatIsNotKnownIsLookedUpButNotEachTime() throws Exception {
        RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
        AtomicReference<String> served = new AtomicReference<>(json(rsa.toPublicJWK()));
        AtomicInteger requests = new AtomicInteger();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> {
            requests.incrementAndGet();
            byte[] body = served.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        KeySetTokens tokens =
                open(new URL("http://127.0.0.1:" + server.getAddress().getPort() + "/keys"));
        assertThat(tokens.authenticate(rs256(rsa))).isNotNull();
        assertThat(requests).as("the set is kept").hasValue(1);

        served.set(json(rsa.toPublicJWK(), next.toPublicJWK()));
        assertThat(tokens.authenticate(rs256(next))).isNotNull();
        assertThat(requests).hasValue(2);

        for (int i = 0; i < 50; i++) {
            assertRefused(tokens, edDsa("{\"alg\":\"EdDSA\",\"kid\":\"unknown-" + i + "\"}"));
        }
        assertThat(requests).hasValueLessThanOrEqualTo(4);
        assertThat(tokens.authenticate(rs256(rsa))).isNotNull();
    }

    /** Each of many tokens with a key that is not known once held its thread for as long as the place dripped. */
    @Test
    void aPlaceThatDripsHoldsNoToken() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        byte[] set = json(rsa.toPublicJWK()).getBytes(StandardCharsets.UTF_8);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/keys", exchange -> {
            boolean first = requests.incrementAndGet() == 1;
            exchange.sendResponseHeaders(200, set.length);
            exchange.getResponseBody().write(set, 0, first ? set.length : 1);
            exchange.getResponseBody().flush();
            try {
                for (int i = 1; !first && !end.await(100, TimeUnit.MILLISECONDS); i++) {
                    exchange.getResponseBody().write(set, i, 1);
                    exchange.getResponseBody().flush();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                exchange.close();
            }
        });
        server.start();
        try {
            KeySetTokens tokens =
                    open(new URL("http://127.0.0.1:" + server.getAddress().getPort() + "/keys"));
            List<Future<Duration>> asked = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String token = edDsa("{\"alg\":\"EdDSA\",\"kid\":\"unknown-" + i + "\"}");
                asked.add(threads.submit(() -> {
                    long begun = System.nanoTime();
                    assertRefused(tokens, token);
                    return Duration.ofNanos(System.nanoTime() - begun);
                }));
            }
            for (Future<Duration> waited : asked) {
                assertThat(waited.get(30, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(2));
            }
            assertThat(requests).hasValue(2);
            assertThat(tokens.authenticate(rs256(rsa))).isNotNull();
        } finally {
            end.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void whatIsNoKeySetIsToldAtTheStart() throws Exception {
        Path file = Files.writeString(directory.resolve("none.json"), "{\"keys\":[]}");
        Path text = Files.writeString(directory.resolve("text"), "hello");

        assertThatThrownBy(() -> open(file.toUri().toURL())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> open(text.toUri().toURL())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> open(directory.resolve("nothing").toUri().toURL()))
                .isInstanceOf(IOException.class);
    }
}
