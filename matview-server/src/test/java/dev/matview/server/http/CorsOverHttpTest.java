package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.server.http.connection.Cors;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as pages of other origins meet it. */
class CorsOverHttpTest extends EndpointFixture {

    @Test
    void aPreflightIsAnsweredAndKept() {
        HttpResponse<String> answer =
                http.send("OPTIONS", POSTS, "", "Origin", APP, "Access-Control-Request-Method", "POST");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(APP);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .hasValue("true");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods")).hasValue("GET, HEAD, POST");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
                .contains("Authorization", "Content-Type", "Content-Encoding");
        assertThat(answer.headers().firstValue("Access-Control-Max-Age")).isPresent();
        assertThat(answer.headers().allValues("Vary")).contains("Origin");
    }

    @Test
    void refusalsAreReadableByThePageToo() {
        for (HttpResponse<String> answer : List.of(
                http.send("POST", POSTS, "{}", "Origin", APP),
                http.send("GET", "/nothing", "", "Origin", APP),
                http.send("POST", "/health", "", "Origin", APP),
                ask(token("alice"), "POST", POSTS, "{", "Origin", APP))) {
            assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue(APP);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                    .hasValue("true");
            assertThat(answer.headers()
                            .firstValue("Access-Control-Expose-Headers")
                            .orElseThrow())
                    .contains("ETag", "Retry-After");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example.org", "null", "http://app.example.org", "https://app.example.org:1"})
    void otherOriginsAreToldNothing(String origin) {
        HttpResponse<String> answer = http.send("GET", "/health", "", "Origin", origin);

        assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        assertThat(answer.headers().allValues("Vary")).contains("Origin");
        assertThat(http.send("OPTIONS", POSTS, "", "Origin", origin, "Access-Control-Request-Method", "POST")
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void everyOriginIsNoOriginWithCredentials() throws IOException {
        service.close();
        start(Cors.of("*"));

        HttpResponse<String> answer = http.send("GET", "/health", "", "Origin", "https://any.example.org");

        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*,https://a.org", "a.org", "https://a.org/path", "https://u@a.org", "https://", "x y"})
    void whatIsNoListOfOriginsIsRefused(String list) {
        assertThatThrownBy(() -> Cors.of(list)).isInstanceOf(IllegalArgumentException.class);
    }
}
