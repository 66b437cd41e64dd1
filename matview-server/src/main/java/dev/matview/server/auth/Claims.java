package dev.matview.server.auth;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a token whose signature is good, each of the type that it must have: a number is no name, and a name is no
 * date. A library that makes one into the other would let {@code 1} pass for the user {@code "1"}. Not changed by
 * anybody.
 */
final class Claims {

    /** The last second of the year 9999, which is what the longest-lived tokens say. */
    private static final double LAST_SECOND = 253_402_300_799.0;

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final ObjectNode claims;

    private Claims(ObjectNode claims) {
        this.claims = claims;
    }

    /** @throws UnauthorizedException when the text is no JSON object, or has a claim twice */
    static Claims parse(byte[] json) throws UnauthorizedException {
        try {
            if (JSON.readTree(json) instanceof ObjectNode claims) {
                return new Claims(claims);
            }
        } catch (IOException e) {
            // What a parser says of a token may quote it.
        }
        throw new UnauthorizedException("The token's claims are no JSON object of distinct names.");
    }

    /**
     * A claim that names somebody or something.
     *
     * @return null when it is not there, or is {@code null}
     * @throws UnauthorizedException when it is no string, or one that is no text
     */
    @Nullable
    String name(String claim) throws UnauthorizedException {
        return name(claim, "a string");
    }

    /**
     * A claim that is one name or a list of them.
     *
     * @return empty when it is not there, or is {@code null}
     * @throws UnauthorizedException when it is neither
     */
    List<String> names(String claim) throws UnauthorizedException {
        JsonNode value = claims.path(claim);
        if (!value.isArray()) {
            String one = name(claim, "a string or a list of strings");
            return one == null ? List.of() : List.of(one);
        }
        List<String> names = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            names.add(requireText(claim, element, "a string or a list of strings"));
        }
        return names;
    }

    /**
     * A claim that says what somebody may do: as {@link #names}, and {@code true} and {@code false} are read as their
     * text.
     */
    List<String> marks(String claim) throws UnauthorizedException {
        JsonNode value = claims.path(claim);
        return value.isBoolean() ? List.of(value.asText()) : names(claim);
    }

    /**
     * A claim that is a point in time: seconds since 1970, as a whole number or with a fraction (RFC 7519, section 2).
     *
     * @return null when it is not there
     * @throws UnauthorizedException when it is no number, or none between 1970 and 9999: beyond that arithmetic overflows
     */
    @Nullable
    Instant date(String claim) throws UnauthorizedException {
        JsonNode value = claims.path(claim);
        if (value.isMissingNode()) {
            return null;
        }
        double seconds = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(seconds >= 0 && seconds <= LAST_SECOND)) {
            throw refusal(claim, "a number of seconds from 1970 to 9999");
        }
        return Instant.ofEpochMilli((long) (seconds * 1000));
    }

    private @Nullable String name(String claim, String type) throws UnauthorizedException {
        JsonNode value = claims.path(claim);
        return value.isMissingNode() || value.isNull() ? null : requireText(claim, value, type);
    }

    /** Half a surrogate pair is refused: written as bytes it would turn into another character, and so another name. */
    private static String requireText(String claim, JsonNode value, String type) throws UnauthorizedException {
        if (!value.isTextual() || !StandardCharsets.UTF_8.newEncoder().canEncode(value.textValue())) {
            throw refusal(claim, type);
        }
        return value.textValue();
    }

    private static UnauthorizedException refusal(String claim, String type) {
        return new UnauthorizedException("The token's claim " + claim + " must be " + type + ".");
    }
}
