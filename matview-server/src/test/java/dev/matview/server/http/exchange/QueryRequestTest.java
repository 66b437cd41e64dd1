package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.MangoLimits;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRequestTest {

    private static final Caller ALICE = new Caller("did:example:alice", "userdb-alice");

    @Test
    void anEmptyBodyAsksForThePlainPage() {
        QueryRequest asked = read("{}");

        assertThat(asked.global()).isFalse();
        assertThat(asked.query().expand()).isEmpty();
        assertThat(asked.query().shape()).isEqualTo(Query.all().shape());
        assertThat(asked.query().limit()).isEmpty();
        assertThat(asked.query().skip()).isZero();
        assertThat(asked.query().bookmark()).isNull();
        assertThat(asked.query().caller()).isEqualTo(ALICE);
    }

    @Test
    void everyKeyOfAFlatBodyThatIsNoOptionIsPartOfTheSelector() {
        QueryRequest asked = read("""
                {"global": true, "expand": ["author"], "maxCacheAge": 5, "limit": 7, "fields": ["_id"],
                 "sort": ["createdAt"], "status": "open", "n": {"$gt": 1}, "skip": 3, "bookmark": "x"}
                """);

        assertThat(asked.global()).isTrue();
        assertThat(asked.query().expand()).containsExactly("author");
        assertThat(asked.query().limit()).hasValue(7);
        assertThat(asked.query().fields().json()).isEqualTo(json("[\"_id\"]"));
        assertThat(asked.query().sort().fields()).containsExactly("createdAt");
        assertThat(asked.query().selector().json()).isEqualTo(json("{\"status\":\"open\",\"n\":{\"$gt\":1}}"));
        assertThat(asked.query().skip()).isEqualTo(3);
        assertThat(asked.query().bookmark()).isEqualTo("x");
        assertThat(asked.query().maxAge()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aFieldThatIsCalledLikeAnOptionGoesIntoAnAnd() {
        String selector = "{\"$and\":[{\"skip\":1,\"bookmark\":\"x\",\"limit\":{\"$gt\":1}}]}";

        QueryRequest asked = read(selector);

        assertThat(asked.query().selector().json()).isEqualTo(json(selector));
        assertThat(asked.query().skip()).isZero();
        assertThat(asked.query().bookmark()).isNull();
    }

    /** What else {@code _find} takes was a field before it was of any meaning here. */
    @Test
    void theFlatFormHasNoOtherOptions() {
        String body = "{\"conflicts\":true,\"r\":0,\"update\":1,\"stable\":1,\"execution_stats\":1,\"use_index\":1,"
                + "\"partition\":1,\"stale\":1,\"allow_fallback\":1,\"delta\":1,\"since\":1,\"limits\":1}";

        assertThat(read(body).query().selector().json()).isEqualTo(json(body));
    }

    @Test
    void nullIsNoFieldsAndNoSortInTheFlatFormAsItWas() {
        assertThat(read("{\"fields\":null,\"sort\":null,\"expand\":null,\"bookmark\":null,\"maxCacheAge\":null}")
                        .query()
                        .shape())
                .isEqualTo(Query.all().shape());
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "0.0, PT0S", "60, PT1M", "1.5, PT1.5S", "0.0000000001, PT0S", "1e300, PT277777H46M40S"})
    void maxCacheAgeIsANumberOfSeconds(String seconds, Duration age) {
        assertThat(read("{\"maxCacheAge\":" + seconds + "}").query().maxAge()).isEqualTo(age);
        assertThat(read("{\"selector\":{},\"maxCacheAge\":" + seconds + "}")
                        .query()
                        .maxAge())
                .isEqualTo(age);
    }

    @Test
    void aBodyWithASelectorIsReadAsFindReadsIt() {
        QueryRequest asked = read("""
                {"selector": {"status": "open"}, "fields": ["_id"], "sort": [{"createdAt": "desc"}], "limit": 7,
                 "skip": 3, "bookmark": "b", "global": true, "expand": "a, b", "maxCacheAge": 1, "use_index": "x",
                 "r": 1, "conflicts": false, "stale": "ok", "update": true, "stable": true, "execution_stats": true,
                 "allow_fallback": true}
                """);

        assertThat(asked.global()).isTrue();
        assertThat(asked.query().expand()).containsExactly("a", "b");
        assertThat(asked.query().selector().json()).isEqualTo(json("{\"status\":\"open\"}"));
        assertThat(asked.query().skip()).isEqualTo(3);
        assertThat(asked.query().bookmark()).isEqualTo("b");
        assertThat(asked.query().limit()).hasValue(7);
        assertThat(asked.query().sort().json()).isEqualTo(json("[{\"createdAt\":\"desc\"}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "1", "\"x\"", "[]", "[{}]"})
    void aSelectorOfAnyTypeIsMangosAndRefusedByIt(String selector) {
        MangoException refusal = catchThrowableOfType(
                MangoException.class, () -> read("{\"selector\":" + selector + ",\"status\":\"open\"}"));

        assertThat(refusal.error()).isEqualTo("invalid_selector_json");
        assertThat(refusal.reason()).isEqualTo("Selector must be a JSON object, not: " + selector);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"selector\":{}}", "{\"selector\":{},\"fields\":[],\"sort\":[],\"bookmark\":\"\"}"})
    void anEmptyMangoBodyAsksForThePlainPageToo(String body) {
        assertThat(read(body).query().shape()).isEqualTo(Query.all().shape());
        assertThat(read(body).query().bookmark()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"true,{},true", "false,{},false", ",{},false", "1,{},false", "false,{\"global\":true},true"})
    void globalComesWithTheQueryStringOrTheBody(String parameter, String body, boolean global) {
        assertThat(read(body, parameter, null).global()).isEqualTo(global);
    }

    @Test
    void expandComesWithTheQueryStringOrTheBody() {
        assertThat(read("{\"expand\":[\"c\"]}", null, "a,,b ").query().expand()).containsExactly("c", "a", "b");
        assertThat(read("{\"expand\":null}", null, null).query().expand()).isEmpty();
    }

    @Test
    void aLimitBeyondAllIntegersIsAsGoodAsTheLargest() {
        assertThat(read("{\"limit\":99999999999999999999}").query().limit()).hasValue(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'limit':-1}|invalid_non_neg_integer|-1 is not an integer greater than or equal to zero",
                "{'limit':1.0}|invalid_non_neg_integer|1.0 is not an integer greater than or equal to zero",
                "{'limit':null}|invalid_non_neg_integer|null is not an integer greater than or equal to zero",
                "{'limit':'5'}|invalid_non_neg_integer|\"5\" is not an integer greater than or equal to zero",
                "{'selector':{},'skip':-1}|invalid_non_neg_integer|-1 is not an integer greater than or equal to zero",
                "{'selector':{},'skip':true}|invalid_non_neg_integer|true is not an integer greater than or equal to zero",
                "{'selector':{},'foo':1}|invalid_key|Invalid key foo for this request.",
                "{'selector':{},'':1}|invalid_key|Invalid key  for this request.",
                "{'selector':{},'limits':1}|invalid_key|Invalid key limits for this request; did you mean limit?",
                "{'selector':{},'maxcacheage':1}|invalid_key|Invalid key maxcacheage for this request; did you mean maxCacheAge?",
                "{'selector':{},'delta':true}|invalid_key|Invalid key delta for this request.",
                "{'selector':{},'bookmark':1}|invalid_bookmark|Invalid bookmark value: 1",
                "{'skip':-1}|invalid_non_neg_integer|-1 is not an integer greater than or equal to zero",
                "{'skip':{'$gt':1}}|invalid_non_neg_integer|{\"$gt\":1} is not an integer greater than or equal to zero",
                "{'bookmark':{'$exists':true}}|invalid_bookmark|Invalid bookmark value: {\"$exists\":true}",
                "{'maxCacheAge':-1}|invalid_max_cache_age|maxCacheAge must be a number of seconds, zero or more, not: -1",
                "{'maxCacheAge':'60'}|invalid_max_cache_age|maxCacheAge must be a number of seconds, zero or more, not: \"60\"",
                "{'selector':{},'maxCacheAge':true}|invalid_max_cache_age|maxCacheAge must be a number of seconds, zero or more, not: true",
                "{'global':'yes'}|invalid_boolean|Invalid boolean value: \"yes\"",
                "{'expand':[1]}|invalid_expand|expand must be an array of strings, not: [1]",
                "{'expand':{'a':'b'}}|invalid_expand|expand must be an array of strings, not: {\"a\":\"b\"}",
            })
    void aWrongOptionIsRefusedWithCouchDbsErrorName(String body, String error, String reason) {
        HttpError refusal = catchThrowableOfType(HttpError.class, () -> read(body.replace('\'', '"')));

        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.error()).isEqualTo(error);
        assertThat(refusal.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\":{\"$foo\":1}}",
                "{\"selector\":{\"n\":{\"$foo\":1}}}",
                "{\"fields\":\"a\"}",
                "{\"selector\":{},\"fields\":null}",
                "{\"selector\":{},\"sort\":null}",
                "{\"sort\":\"a\"}",
                "{\"sort\":[{\"a\":\"up\"}]}",
            })
    void whatMangoRefusesIsRefusedByMango(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(MangoException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'', fields, 256, too_many_fields",
        "'\"selector\":{},', fields, 256, too_many_fields",
        "'', sort, 32, too_many_sort_keys",
        "'\"selector\":{},', sort, 32, too_many_sort_keys",
    })
    void listsAreWithinTheLimits(String form, String key, int most, String error) {
        String names = IntStream.range(0, most).mapToObj(i -> "\"f" + i + "\"").collect(Collectors.joining(","));
        String body = "{" + form + "\"" + key + "\":[" + names + "]}";
        assertThat(read(body)).isNotNull();

        MangoException refusal =
                catchThrowableOfType(MangoException.class, () -> read(body.replace("]}", ",\"more\"]}")));

        assertThat(refusal.error()).isEqualTo(error);
    }

    @Test
    void aLongWrongValueIsNotSaidBackInFull() {
        HttpError refusal =
                catchThrowableOfType(HttpError.class, () -> read("{\"limit\":\"" + "x".repeat(100_000) + "\"}"));

        assertThat(refusal.reason()).hasSizeLessThan(200);
    }

    private static QueryRequest read(String body) {
        return read(body, null, null);
    }

    private static QueryRequest read(String body, String global, String expand) {
        return QueryRequest.of((ObjectNode) json(body), Set.of(), global, expand, ALICE, MangoLimits.defaults());
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
