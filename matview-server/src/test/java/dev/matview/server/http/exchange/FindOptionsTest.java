package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.InvalidBookmarkException;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.MangoLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * {@code find-options.jsonl}: 504 bodies of {@code _find} with what a real CouchDB 3.5.0 answered, each option with values
 * of every type; without those where the answer is about which index is used.
 */
class FindOptionsTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @Test
    void eachOptionIsRefusedAsCouchDbRefusesIt() throws IOException {
        List<JsonNode> answers = recorded();
        assertThat(answers).hasSize(504);

        for (JsonNode answer : answers) {
            ObjectNode body = (ObjectNode) answer.get("body");
            if (body.path("conflicts").asBoolean(false)) {
                continue;
            }
            Throwable refusal = catchThrowable(() -> answer(body));
            if (answer.get("status").intValue() == 200) {
                assertThat(refusal).as(body.toString()).isNull();
            } else {
                assertThat(refusal).as(body.toString()).isInstanceOfAny(HttpError.class, MangoException.class);
                check(refusal, answer);
            }
        }
    }

    /** A bookmark that is a string is left to the feed, which refuses one that it has not given. */
    private static void answer(ObjectNode body) {
        String bookmark = read(body).query().bookmark();
        if (bookmark != null) {
            throw HttpError.of(new InvalidBookmarkException(bookmark));
        }
    }

    private static void check(Throwable refusal, JsonNode answer) {
        String body = answer.get("body").toString();
        String error = answer.get("error").textValue();
        String reason = answer.get("reason").textValue();
        if (answer.get("status").intValue() == 500) {
            // CouchDB's own fault. It names what it failed at where it has a name.
            String named = reason.replaceFirst(".*\\{(invalid_\\w+),.*", "$1");
            assertThat(error(refusal)).as(body).isEqualTo(named.equals("badarg") ? "invalid_field" : named);
            return;
        }
        assertThat(error(refusal)).as(body).isEqualTo(error);
        boolean showsErlang = reason.matches(".*(<<|\\{|null,|,null).*");
        // A float is shown as Erlang writes it, and these two with advice after them.
        boolean advises = error.equals("invalid_sort_field") || error.equals("invalid_field_name");
        if (!showsErlang && !reason.contains("1.0e10") && !advises) {
            String told = refusal.getMessage().replaceFirst("; did you mean \\w+\\?$", ".");
            assertThat(told).as(body).isEqualTo(reason);
        }
    }

    private static String error(Throwable refusal) {
        return refusal instanceof HttpError http ? http.error() : ((MangoException) refusal).error();
    }

    @Test
    void conflictsAreNotSupported() throws JsonProcessingException {
        Throwable refusal =
                catchThrowable(() -> read((ObjectNode) MAPPER.readTree("{\"selector\":{},\"conflicts\":true}")));

        assertThat(error(refusal)).isEqualTo("not_supported");
        assertThat(refusal).hasMessageStartingWith("conflicts: true is not supported: ");
    }

    private static QueryRequest read(ObjectNode body) {
        return QueryRequest.of(body, Set.of(), null, null, Caller.anonymous(), MangoLimits.defaults());
    }

    private static List<JsonNode> recorded() throws IOException {
        byte[] lines =
                FindOptionsTest.class.getResourceAsStream("find-options.jsonl").readAllBytes();
        return new String(lines, StandardCharsets.UTF_8)
                .lines()
                .map(FindOptionsTest::json)
                .toList();
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
