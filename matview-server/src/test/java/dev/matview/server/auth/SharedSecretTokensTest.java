package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.matview.core.access.Caller;
import dev.matview.core.access.UserDatabases;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedSecretTokensTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String CLAIMS = "{\"sub\":\"did:example:alice\",\"instanceId\":\"alice\"}";

    private final SharedSecretTokens tokens = new SharedSecretTokens(Tokens.SECRET, InstantSource.fixed(NOW));

    @Test
    void aSignedTokenNamesTheCallerAndItsDatabase() throws UnauthorizedException {
        assertThat(tokens.authenticate(Tokens.alice()).caller())
                .isEqualTo(new Caller("did:example:alice", "userdb-alice"));
    }

    @Test
    void aTokenWithoutAnInstanceIdNamesACallerWithoutADatabase() throws UnauthorizedException {
        assertThat(tokens.authenticate(Tokens.signed(claims().build())).caller())
                .isEqualTo(new Caller("did:example:bob", null));
    }

    @Test
    void aTokenIsAcceptedUntilItsExpiryAndALeeway() throws UnauthorizedException {
        Instant latest = NOW.minus(ClaimRules.LEEWAY).plusSeconds(1);

        assertThat(tokens.authenticate(expiring(latest))).isNotNull();
        assertRefused(expiring(latest.minusSeconds(1)), "The token has expired.");
    }

    @Test
    void aTokenIsAcceptedFromItsBeginningLessALeeway() throws UnauthorizedException {
        Instant earliest = NOW.plus(ClaimRules.LEEWAY);

        assertThat(tokens.authenticate(beginning(earliest))).isNotNull();
        assertRefused(beginning(earliest.plusSeconds(1)), "The token is not valid yet.");
    }

    static Stream<Arguments> hostileTokens() throws JOSEException, NoSuchAlgorithmException {
        byte[] otherSecret = "another secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8);
        JWTClaimsSet alice = claims().claim("instanceId", "alice").build();
        String good = Tokens.alice();
        String[] parts = good.split("\\.");
        SignedJWT rsa = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), alice);
        rsa.sign(new RSASSASigner(
                KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate()));
        return Stream.of(
                Arguments.of("nothing in it", ""),
                Arguments.of("no token at all", "secret"),
                Arguments.of("only dots", ".."),
                Arguments.of("two parts", parts[0] + "." + parts[1]),
                Arguments.of("five parts, as if encrypted", good + ".a.b"),
                Arguments.of("no signature", parts[0] + "." + parts[1] + "."),
                Arguments.of(
                        "another user's claims", parts[0] + "." + Tokens.encoded("{\"sub\":\"x\"}") + "." + parts[2]),
                Arguments.of("the header alg none", Tokens.of("{\"alg\":\"none\"}", CLAIMS, "")),
                Arguments.of("alg none, and a signature", Tokens.of("{\"alg\":\"none\"}", CLAIMS, parts[2])),
                Arguments.of("alg None", Tokens.of("{\"alg\":\"None\"}", CLAIMS, "")),
                Arguments.of("no alg", Tokens.of("{\"typ\":\"JWT\"}", CLAIMS, parts[2])),
                Arguments.of("alg that is no string", Tokens.of("{\"alg\":[\"HS256\"]}", CLAIMS, parts[2])),
                Arguments.of("RS256", rsa.serialize()),
                Arguments.of("HS512 and the right secret", Tokens.signed(JWSAlgorithm.HS512, Tokens.SECRET, alice)),
                Arguments.of("HS384 and the right secret", Tokens.signed(JWSAlgorithm.HS384, Tokens.SECRET, alice)),
                Arguments.of("another secret", Tokens.signed(JWSAlgorithm.HS256, otherSecret, alice)),
                Arguments.of("a critical header we do not know", critical()),
                Arguments.of("claims that are no JSON", Tokens.signedText("not json")),
                Arguments.of("claims that are a list", Tokens.signedText("[]")),
                Arguments.of("claims nested without end", Tokens.signedText("[".repeat(3_000))),
                Arguments.of("a header nested without end", Tokens.of("{\"a\":".repeat(1_000), CLAIMS, parts[2])),
                Arguments.of(
                        "not before the end of all time",
                        Tokens.signedText("{\"sub\":\"a\",\"nbf\":9223372036854775807}")),
                Arguments.of("an expiry that is no number", Tokens.signedText("{\"sub\":\"a\",\"exp\":\"never\"}")),
                Arguments.of(
                        "an expiry beyond all time", Tokens.signedText("{\"sub\":\"a\",\"exp\":9223372036854775807}")),
                Arguments.of("not before some far day", Tokens.signedText("{\"sub\":\"a\",\"nbf\":99999999999}")),
                Arguments.of("no subject", Tokens.signed(new JWTClaimsSet.Builder().build())),
                Arguments.of("a blank subject", Tokens.signedText("{\"sub\":\" \"}")),
                Arguments.of("a subject that is no string", Tokens.signedText("{\"sub\":{}}")),
                Arguments.of("everybody as subject", Tokens.signedText("{\"sub\":\"*\"}")),
                Arguments.of("a database that is a number", Tokens.signedText("{\"sub\":\"a\",\"instanceId\":1}")),
                Arguments.of(
                        "well signed, and more than 8 KiB",
                        Tokens.signed(claims().claim("x", "a".repeat(8 * 1024)).build())),
                Arguments.of("a megabyte", "a".repeat(1 << 20)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileTokens")
    void aHostileTokenIsRefusedAndNotQuoted(String what, String token) {
        UnauthorizedException refusal =
                catchThrowableOfType(UnauthorizedException.class, () -> tokens.authenticate(token));

        assertThat(refusal).as(what).isNotNull();
        assertThat(refusal.reason()).hasSizeLessThan(120);
        Arrays.stream(token.split("\\."))
                .filter(part -> part.length() > 6)
                .forEach(part -> assertThat(refusal.reason()).doesNotContain(part));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "..", "*", "Alice", "", "a\\n"})
    void whatCannotBePartOfANameIsNoDatabase(String instanceId) throws UnauthorizedException {
        Identity identity =
                tokens.authenticate(Tokens.signedText("{\"sub\":\"a\",\"instanceId\":\"" + instanceId + "\"}"));

        assertThat(identity.caller()).isEqualTo(new Caller("a", null));
        assertThat(tokens.withoutDatabase())
                .isEqualTo("the claim instanceId is not there, or cannot be part of the name userdb-{instanceId}");
    }

    @Test
    void whereNamesAreTheHexOfTheSubTheInstanceIdIsNotRead() throws UnauthorizedException {
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", null, UserDatabases.of("userdb-{hex(sub)}"));
        SharedSecretTokens perUser = new SharedSecretTokens(Tokens.SECRET, rules, () -> NOW);

        assertThat(perUser.authenticate(Tokens.signedText("{\"sub\":\"alice\",\"instanceId\":7}"))
                        .caller())
                .isEqualTo(new Caller("alice", "userdb-616c696365"));
        assertThat(perUser.withoutDatabase()).isEqualTo("the claim sub cannot be part of the name userdb-{hex(sub)}");
    }

    @Test
    void whileASecretIsChangedTokensOfBothAreAccepted() throws UnauthorizedException {
        SharedSecret next =
                SharedSecret.of("the secret that comes after, also of some length".getBytes(StandardCharsets.UTF_8));
        SharedSecret other =
                SharedSecret.of("a secret that nobody has told, also of some length".getBytes(StandardCharsets.UTF_8));
        SharedSecretTokens both =
                new SharedSecretTokens(List.of(next, SharedSecret.of(Tokens.SECRET)), ClaimRules.defaults(), () -> NOW);

        assertThat(both.authenticate(Tokens.alice()).caller().did()).isEqualTo("did:example:alice");
        assertThat(both.authenticate(next.sign(claims().build())).caller().did())
                .isEqualTo("did:example:bob");
        assertThatThrownBy(() -> both.authenticate(other.sign(claims().build())))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessage("The token is not accepted.");
    }

    @Test
    void noTokenIsRefusedWithAHint() {
        assertRefused(null, "A token is required: Authorization: Bearer <token>.");
    }

    @Test
    void everythingRefusedAboveIsRefusedForItsOwnReason() throws UnauthorizedException {
        assertThat(tokens.authenticate(Tokens.signedText("{\"sub\":\"a\",\"instanceId\":\"a_b-c$(1)+2\"}"))
                        .caller())
                .isEqualTo(new Caller("a", "userdb-a_b-c$(1)+2"));
    }

    @Test
    void theLeewayIsAtMostAMinute() {
        assertThat(ClaimRules.LEEWAY).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }

    private void assertRefused(String token, String reason) {
        assertThatThrownBy(() -> tokens.authenticate(token))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessage(reason);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder().subject("did:example:bob");
    }

    private static String expiring(Instant expiry) {
        return Tokens.signed(claims().expirationTime(Date.from(expiry)).build());
    }

    private static String beginning(Instant notBefore) {
        return Tokens.signed(claims().notBeforeTime(Date.from(notBefore)).build());
    }

    private static String critical() throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .criticalParams(Set.of("x-unknown"))
                .customParam("x-unknown", true)
                .build();
        SignedJWT jwt = new SignedJWT(header, claims().build());
        jwt.sign(new MACSigner(Tokens.SECRET));
        return jwt.serialize();
    }
}
