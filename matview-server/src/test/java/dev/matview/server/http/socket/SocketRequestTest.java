package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.http.exchange.HttpError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketRequestTest {

    @Test
    void aFlatQueryIsSubscribedTo() {
        SocketRequest.Subscribed asked = read(
                "global",
                "{'collection':'posts','delta':true,'since':'W/x','at':1,'limit':2,'skip':3,'maxCacheAge':4}");

        assertThat(asked.collection()).isEqualTo("posts");
        assertThat(asked.global()).isTrue();
        assertThat(asked.delta()).isTrue();
        assertThat(asked.since()).isEqualTo("W/x");
        assertThat(asked.query().selector()).hasToString("{\"at\":1}");
        assertThat(asked.query().limit()).hasValue(2);
        assertThat(asked.query().skip()).isEqualTo(3);
    }

    @Test
    void aMangoQueryIsSubscribedTo() {
        SocketRequest.Subscribed asked =
                read("notes", "{'collection':1,'selector':{'delta':1},'delta':false,'since':null}");

        assertThat(asked.collection()).isEqualTo("notes");
        assertThat(asked.global()).isFalse();
        assertThat(asked.delta()).isFalse();
        assertThat(asked.since()).isNull();
        assertThat(asked.query().selector()).hasToString("{\"delta\":1}");
    }

    @Test
    void unknownKeysOfAFlatQueryAreFields() {
        assertThat(read("notes", "{'delt':true}").query().selector()).hasToString("{\"delt\":true}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'auth','quey':{}}|invalid_key|Invalid key quey for this request; did you mean query?",
                "{'tpye':'auth'}|invalid_key|Invalid key tpye for this request; did you mean type?",
                "{'type':'auth','delta':true}|invalid_key|Invalid key delta for this request.",
                "{'type':'hello'}|bad_request|The first message must have the type auth.",
                "{'type':'auth','query':[]}|bad_request|The query must be an object.",
                "{'type':'auth','query':{}}|bad_request|The query must name its collection.",
            })
    void aWrongMessageIsRefused(String message, String error, String reason) {
        checkRefusal(message.replace('\'', '"'), error, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'selector':{},'delt':true|invalid_key|Invalid key delt for this request; did you mean delta?",
                "'selector':{},'sinse':'x'|invalid_key|Invalid key sinse for this request; did you mean since?",
                "'selector':{},'colection':'x'|invalid_key|Invalid key colection for this request; did you mean collection?",
                "'selector':{},'fileds':[]|invalid_key|Invalid key fileds for this request; did you mean fields?",
                "'selector':1|invalid_selector_json|Selector must be a JSON object, not: 1",
                "'selector':{},'conflicts':true|not_supported|conflicts: true is not supported: a view has the winning revision of each document alone.",
                "'delta':'yes'|bad_request|delta must be true or false.",
                "'delta':null|bad_request|delta must be true or false.",
                "'delta':true,'since':1|bad_request|since must be the etag of the answer that the client holds.",
                "'since':'x'|bad_request|since is of use only with \"delta\": true.",
                "'delta':false,'since':'x'|bad_request|since is of use only with \"delta\": true.",
                "'bookmark':'x'|bad_request|A subscription starts at the current generation: it has no bookmark.",
                "'selector':{},'bookmark':'x'|bad_request|A subscription starts at the current generation: it has no bookmark.",
                "'maxCacheAge':-1|invalid_max_cache_age|maxCacheAge must be a number of seconds, zero or more, not: -1",
            })
    void aWrongQueryIsRefused(String keys, String error, String reason) {
        checkRefusal(
                "{\"type\":\"auth\",\"query\":{\"collection\":\"posts\"," + keys.replace('\'', '"') + "}}",
                error,
                reason);
    }

    private static void checkRefusal(String message, String error, String reason) {
        RuntimeException refusal = catchThrowableOfType(RuntimeException.class, () -> subscribed("global", message));

        HttpError told = refusal instanceof MangoException mango ? HttpError.of(mango) : (HttpError) refusal;
        assertThat(told.error()).isEqualTo(error);
        assertThat(told.reason()).isEqualTo(reason);
        assertThat(CloseCode.of(told).number()).isEqualTo(4000);
    }

    @ParameterizedTest
    @CsvSource({"fields, 257, too_many_fields", "sort, 33, too_many_sort_keys"})
    void listsAreWithinTheLimits(String key, int size, String error) {
        String names = "\"f\",".repeat(size - 1) + "\"f\"";

        RuntimeException refusal = catchThrowableOfType(
                RuntimeException.class, () -> read("global", "{'collection':'posts','" + key + "':[" + names + "]}"));

        assertThat(refusal).isInstanceOf(MangoException.class);
        assertThat(((MangoException) refusal).error()).isEqualTo(error);
    }

    @Test
    void anEndlessSinceIsRefused() {
        checkRefusal(
                "{\"type\":\"auth\",\"query\":{\"collection\":\"posts\",\"delta\":true,\"since\":\"" + "x".repeat(201)
                        + "\"}}",
                "bad_request",
                "since must be the etag of the answer that the client holds.");
    }

    private static SocketRequest.Subscribed read(String path, String query) {
        return subscribed(path, "{\"type\":\"auth\",\"token\":\"t\",\"query\":" + query.replace('\'', '"') + "}");
    }

    private static SocketRequest.Subscribed subscribed(String path, String message) {
        return SocketRequest.parse(message).subscribed(path, Caller.anonymous(), MangoLimits.defaults());
    }
}
