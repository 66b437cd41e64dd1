package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Caller;
import dev.matview.core.access.UserDatabases;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each claim may be. Every token here is signed well. */
class ClaimRulesTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final JsonMapper ESCAPING =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final double LEEWAY = ClaimRules.LEEWAY.toSeconds();

    private static final SharedSecretTokens TOKENS = tokens(null, null, UserDatabases.standard());
    private static final SharedSecretTokens STRICT = tokens("the issuer", "1", UserDatabases.of("userdb-{hex(sub)}"));

    private static SharedSecretTokens tokens(@Nullable String issuer, @Nullable String audience, UserDatabases users) {
        ClaimRules rules = new ClaimRules(
                issuer, audience, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "1"), users);
        return new SharedSecretTokens(Tokens.SECRET, rules, InstantSource.fixed(NOW));
    }

    private static Optional<Identity> accepted(SharedSecretTokens tokens, JsonNode claims) {
        return accepted(tokens, text(claims));
    }

    private static Optional<Identity> accepted(SharedSecretTokens tokens, String claims) {
        Identity[] identity = new Identity[1];
        UnauthorizedException refusal = catchThrowableOfType(
                UnauthorizedException.class, () -> identity[0] = tokens.authenticate(Tokens.signedText(claims)));
        assertThat(identity[0] == null).isEqualTo(refusal != null);
        return Optional.ofNullable(identity[0]);
    }

    /** Escaped: half a surrogate pair has no bytes of its own. */
    private static String text(JsonNode json) {
        try {
            return ESCAPING.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode alice() {
        return JSON.objectNode().put("sub", "alice");
    }

    @Property
    void onlyAStringNamesTheUserAndItIsThatUser(@ForAll("json") JsonNode sub) {
        ObjectNode claims = JSON.objectNode().put("instanceId", "x").set("sub", sub);

        accepted(TOKENS, claims).ifPresent(identity -> {
            assertThat(sub.isTextual()).isTrue();
            assertThat(identity.caller()).isEqualTo(new Caller(sub.textValue(), "userdb-x"));
        });
    }

    @Property
    void onlyAStringIsAnInstanceIdAndNamesNoOtherDatabase(@ForAll("json") JsonNode instanceId) {
        ObjectNode claims = alice().set("instanceId", instanceId);

        Optional<Identity> identity = accepted(TOKENS, claims);

        assertThat(identity.isPresent())
                .isEqualTo(instanceId.isNull() || (instanceId.isTextual() && isText(instanceId.textValue())));
        identity.map(found -> found.caller().database())
                .ifPresent(database -> assertThat(database).isEqualTo("userdb-" + instanceId.textValue()));
    }

    @Property
    void theHexOfTheSubIsTheDatabaseOfThatSubAlone(@ForAll("json") JsonNode sub) {
        ObjectNode claims =
                JSON.objectNode().put("iss", "the issuer").put("aud", "1").set("sub", sub);

        accepted(STRICT, claims).map(identity -> identity.caller().database()).ifPresent(database -> {
            byte[] bytes = HexFormat.of().parseHex(database.substring("userdb-".length()));
            assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(sub.textValue());
        });
    }

    @Property
    void theIssuerIsThatString(@ForAll("json") JsonNode iss) {
        ObjectNode claims = alice().put("aud", "1").set("iss", iss);

        assertThat(accepted(STRICT, claims).isPresent())
                .isEqualTo(iss.isTextual() && iss.textValue().equals("the issuer"));
        if (!iss.isTextual() && !iss.isNull()) {
            assertThat(accepted(TOKENS, alice().<ObjectNode>set("iss", iss)))
                    .as("also where any issuer will do")
                    .isEmpty();
        }
    }

    @Property
    void theAudienceIsThatStringOrAListOfStringsWithIt(@ForAll("json") JsonNode aud) {
        ObjectNode claims = alice().put("iss", "the issuer").set("aud", aud);

        if (accepted(STRICT, claims).isPresent()) {
            assertThat(holds(aud, "1")).isTrue();
        }
    }

    @Property
    void anAdministratorHasThatStringOrAListOfStringsWithIt(@ForAll("json") JsonNode role) {
        ObjectNode claims = alice().set("role", role);

        accepted(TOKENS, claims)
                .ifPresent(identity -> assertThat(identity.administrator()).isEqualTo(holds(role, "1")));
    }

    private static boolean holds(JsonNode value, String name) {
        if (!value.isArray()) {
            return value.isTextual() && value.textValue().equals(name);
        }
        boolean found = false;
        for (JsonNode element : value) {
            found |= element.isTextual() && element.textValue().equals(name);
        }
        return found;
    }

    @Property
    void aTimeIsANumberOfSecondsAndMeansWhatItSays(@ForAll("json") JsonNode time) {
        double seconds = time.isNumber() ? time.doubleValue() : Double.NaN;
        boolean date = seconds >= 0 && seconds <= 253_402_300_799.0;
        double now = NOW.getEpochSecond();

        assertThat(accepted(TOKENS, alice().<ObjectNode>set("exp", time)).isPresent())
                .isEqualTo(date && now < seconds + LEEWAY);
        assertThat(accepted(TOKENS, alice().<ObjectNode>set("nbf", time)).isPresent())
                .isEqualTo(date && now >= seconds - LEEWAY);
        assertThat(accepted(TOKENS, alice().<ObjectNode>set("iat", time)).isPresent())
                .isEqualTo(date);
    }

    @Property
    void anyClaimsAreAcceptedOrRefusedAndNothingElse(@ForAll("claims") String claims) {
        accepted(TOKENS, claims);
        accepted(STRICT, claims);
    }

    private static boolean isText(String value) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775807",
                "9223372036854775808",
                "9223372036854775",
                "18446744073709551616",
                "253402300800",
                "1e400",
                "1e19",
                "1e-9999999999999",
                "-1",
                "-9223372036854775808",
                "\"1767225600\"",
                "\"2026-01-01\"",
                "true",
                "null",
                "[1767225600]",
                "{}"
            })
    void aTimeThatIsNoDateIsRefused(String time) {
        for (String claim : new String[] {"exp", "nbf", "iat"}) {
            boolean zero = time.equals("1e-9999999999999");
            if (!zero || claim.equals("exp")) {
                assertThat(accepted(TOKENS, "{\"sub\":\"a\",\"" + claim + "\":" + time + "}"))
                        .as(claim)
                        .isEmpty();
            }
        }
    }

    @Test
    void aTimeMayHaveAFraction() {
        long now = NOW.getEpochSecond();
        Identity identity = accepted(TOKENS, "{\"sub\":\"a\",\"exp\":" + now + ".25,\"nbf\":" + now + ".5,\"iat\":0}")
                .orElseThrow();

        assertThat(identity.expiry()).isEqualTo(NOW.plusMillis(250).plus(ClaimRules.LEEWAY));
        assertThat(accepted(TOKENS, "{\"sub\":\"a\",\"exp\":" + (now - 30) + ".5}"))
                .isPresent();
        assertThat(accepted(TOKENS, "{\"sub\":\"a\",\"exp\":" + (now - 31) + ".999}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sub\":1}",
                "{\"sub\":1.0}",
                "{\"sub\":true}",
                "{\"sub\":null}",
                "{\"sub\":[\"1\"]}",
                "{\"sub\":{\"1\":1}}",
                "{\"sub\":\"a\",\"sub\":\"1\"}",
                "{\"sub\":\"\\ud800\"}",
                "{\"sub\":\"*\"}",
                "{\"sub\":\"\"}",
                "{\"sub\":\" \\t\"}",
                "{\"sub\":\"a\",\"instanceId\":1}",
                "{\"sub\":\"a\",\"instanceId\":[\"a\"]}",
                "{\"sub\":\"a\",\"iss\":1}",
                "{\"sub\":\"a\",\"aud\":1}",
                "{\"sub\":\"a\",\"aud\":[1]}",
                "{\"sub\":\"a\",\"aud\":{\"1\":1}}",
                "{\"sub\":\"a\",\"role\":1}",
                "{\"sub\":\"a\",\"role\":[1]}",
                "{\"sub\":\"a\",\"role\":[[\"1\"]]}",
                "{\"sub\":\"a\",\"role\":{\"1\":true}}",
                "{\"sub\":\"a\"} {\"sub\":\"b\"}"
            })
    void aClaimOfATypeThatItCannotHaveHasTheTokenRefused(String claims) {
        assertThat(accepted(TOKENS, claims)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, true, true", "true, 'true', true", "false, true, false", "true, false, false"})
    void aMarkOfAdministratorsMayBeALiteral(String required, String actual, boolean administrator) throws Exception {
        ClaimRules rules = new ClaimRules(
                null, null, Duration.ZERO, "sub", "instanceId", new ClaimRules.Required("admin", required));
        SharedSecretTokens tokens = new SharedSecretTokens(Tokens.SECRET, rules, InstantSource.fixed(NOW));

        assertThat(tokens.authenticate(Tokens.signedText("{\"sub\":\"a\",\"admin\":" + actual + "}"))
                        .administrator())
                .isEqualTo(administrator);
    }

    @Test
    void aRefusalNamesTheClaimAndNotItsValue() {
        UnauthorizedException refusal = catchThrowableOfType(
                UnauthorizedException.class,
                () -> TOKENS.authenticate(Tokens.signedText("{\"sub\":\"a\",\"aud\":[\"x\",4711]}")));

        assertThat(refusal.reason()).isEqualTo("The token's claim aud must be a string or a list of strings.");
        assertThat(refusal.challenge())
                .isEqualTo(
                        "Bearer realm=\"matview\", error=\"invalid_token\", error_description=\"The token's claim aud must"
                                + " be a string or a list of strings.\"");
    }

    @Test
    void theNameOfAClaimCannotEndTheDescription() {
        ClaimRules rules = new ClaimRules(null, null, ClaimRules.LEEWAY, "a\", error=\"x\\\u00e4", "instanceId", null);
        SharedSecretTokens tokens = new SharedSecretTokens(Tokens.SECRET, rules, InstantSource.fixed(NOW));
        UnauthorizedException refusal =
                catchThrowableOfType(UnauthorizedException.class, () -> tokens.authenticate(Tokens.alice()));

        assertThat(refusal.challenge()).contains("error_description=\"The token's claim a?, error=?x?? does not name");
    }

    @Provide
    Arbitrary<JsonNode> json() {
        Arbitrary<JsonNode> texts = Arbitraries.oneOf(
                        Arbitraries.of("1", "alice", "the issuer", "*", " ", "", "a/b", "..", "1767225600"),
                        Arbitraries.strings().ofMaxLength(12),
                        Arbitraries.strings()
                                .withChars("ab1-$+/.*A \ud83d\ude00")
                                .ofMaxLength(6))
                .map(JSON::textNode);
        Arbitrary<JsonNode> numbers = Arbitraries.oneOf(
                Arbitraries.longs().map(JSON::numberNode),
                Arbitraries.longs()
                        .between(NOW.getEpochSecond() - 100, NOW.getEpochSecond() + 100)
                        .map(JSON::numberNode),
                Arbitraries.bigIntegers()
                        .between(BigInteger.ONE.negate().shiftLeft(70), BigInteger.ONE.shiftLeft(70))
                        .map(JSON::numberNode),
                Arbitraries.doubles().map(JSON::numberNode));
        Arbitrary<JsonNode> literals = Arbitraries.of(JSON.nullNode(), JSON.booleanNode(true), JSON.booleanNode(false));
        Arbitrary<JsonNode> scalars = Arbitraries.oneOf(texts, numbers, literals);
        Arbitrary<JsonNode> arrays =
                scalars.list().ofMaxSize(3).map(list -> JSON.arrayNode().addAll(list));
        Arbitrary<JsonNode> objects = scalars.map(value -> JSON.objectNode().set("1", value));
        return Arbitraries.oneOf(
                scalars, arrays, objects, arrays.map(list -> JSON.arrayNode().add(list)));
    }

    @Provide
    Arbitrary<String> claims() {
        Arbitrary<String> names =
                Arbitraries.of("sub", "instanceId", "exp", "nbf", "iat", "iss", "aud", "role", "", "\u0000");
        Arbitrary<String> objects =
                Arbitraries.maps(names, json()).ofMaxSize(6).map(map -> text(ESCAPING.valueToTree(map)));
        Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(40);
        Arbitrary<String> broken = objects.map(text -> text.substring(0, text.length() / 2));
        return Arbitraries.oneOf(objects, texts, broken, json().map(ClaimRulesTest::text));
    }
}
