package dev.matview.couch.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.testkit.Seed;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FidelityTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":1,\"b\":-1,\"c\":0,\"d\":999999999999999}",
                "{\"a\":0.5,\"b\":-1.25,\"c\":1.0E-7}",
                "{\"a\":[true,false,null,\"x\",[{}]]}",
                "{\"say\":\"\\\"é\\\\\\n\\t\\r\\b\\f/ \uD83D\uDE00\"}",
                "{\"a\":\"12\",\"12345678901\":1,\"1a\":1,\"__proto_\":1,\"__protos__\":1,\"\":1}"
            })
    void whatEveryServerGivesBackAsItWasIsPlain(String json) {
        assertThat(of(json)).isEqualTo(Fidelity.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\":1.0}",
                "{\"n\":-0}",
                "{\"n\":-0.0}",
                "{\"n\":1e10}",
                "{\"n\":1.0E10}",
                "{\"n\":1.50}",
                "{\"n\":1e-7}",
                "{\"n\":1e400}",
                "{\"n\":9007199254740993}",
                "{\"b\":1,\"1\":2}",
                "{\"1234567890\":2}",
                "{\"a\":{\"__proto__\":1}}",
                "{ \"a\":1}",
                "{\"a\":1}\n",
                "{\"a\":\"\\u00e9\"}",
                "{\"a\":\"\\/\"}",
                "{\"a\\u0031\":1}"
            })
    void whatMayComeBackInOtherWordsIsDelicate(String json) {
        assertThat(of(json)).isEqualTo(Fidelity.DELICATE);
    }

    @Test
    void aHundredLevelsAreNotDeepAndOneMoreIs() {
        assertThat(of("[".repeat(100) + "]".repeat(100))).isEqualTo(Fidelity.PLAIN);
        assertThat(of("[".repeat(101) + "]".repeat(101))).isEqualTo(Fidelity.NONE);
    }

    /** As JavaScript cuts an emoji in two: CouchDB would refuse the whole commit. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\\ud83d\"}", "{\"a\":\"x\\uDE00y\"}", "{\"\\uD800\":1}"})
    void halfACharacterIsNotGivenToCouchDb(String json) {
        assertThat(of(json)).isEqualTo(Fidelity.NONE);
    }

    @Test
    void delicateTextIsDeepAllTheSame() {
        assertThat(of("[1.0" + ",[".repeat(100) + "]".repeat(101))).isEqualTo(Fidelity.NONE);
    }

    @Test
    void bracketsInStringsAreNoLevels() {
        assertThat(of("{\"a\":\"" + "[{".repeat(200) + "\\\"" + "[".repeat(200) + "\"}"))
                .isEqualTo(Fidelity.PLAIN);
    }

    /** Jackson is the judge: whatever it is given, what is called plain it writes to the byte as it was. */
    @RepeatedTest(200)
    void whatIsPlainSurvivesAReadingAndAWriting(RepetitionInfo repetition) throws IOException {
        Random random = Seed.random(repetition.getCurrentRepetition());
        String json = respelled(CouchJson.MAPPER.writeValueAsString(value(random, 4)), random);

        JsonNode read = CouchJson.MAPPER.readTree(json);

        boolean same = CouchJson.MAPPER.writeValueAsString(read).equals(json);
        assertThat(of(json) != Fidelity.PLAIN || same).as(json).isTrue();
    }

    /** The common case must not be stored twice. */
    @RepeatedTest(50)
    void textAndSmallNumbersAsJacksonWritesThemArePlain(RepetitionInfo repetition) throws IOException {
        Random random = Seed.random(repetition.getCurrentRepetition());
        ObjectNode document = CouchJson.object();
        for (int i = 0; i < 20; i++) {
            document.put("key" + i, text(random));
            document.put("number" + i, random.nextInt());
            document.put("fraction" + i, random.nextInt(1_000_000) / 1_000.0 + 0.0001);
        }

        assertThat(of(CouchJson.MAPPER.writeValueAsString(document))).isEqualTo(Fidelity.PLAIN);
    }

    private static JsonNode value(Random random, int depth) {
        ArrayNode array = CouchJson.MAPPER.createArrayNode();
        switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> array.add(text(random));
            case 1 -> array.add(random.nextLong());
            case 2 -> array.add(Double.longBitsToDouble(random.nextLong() & 0x7fe_fffff_ffff_ffffL));
            case 3 -> array.add(new BigInteger(100, random));
            case 4 -> array.add(random.nextBoolean());
            case 5 -> array.add(random.nextInt(10_000) / 100.0);
            case 6 -> {
                ArrayNode list = array.addArray();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
            }
            default -> {
                ObjectNode object = array.addObject();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(
                            random.nextInt(5) == 0 ? "" + random.nextInt(100) : text(random), value(random, depth - 1));
                }
            }
        }
        return array.get(0);
    }

    private static String text(Random random) {
        String characters = "abc é\u4e2d\n\t\"\\/[]{}:,1-.e";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(characters.charAt(random.nextInt(characters.length())));
        }
        return text.toString();
    }

    /** The same value, and now and then spelled as Jackson would not. */
    private static String respelled(String json, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> json.replace(":", " :");
            case 1 -> json.replace("/", "\\/");
            case 2 -> json.replace("é", "\\u00e9");
            case 3 -> json.replace("E-", "e-");
            default -> json;
        };
    }

    private static Fidelity of(String json) {
        return Fidelity.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
