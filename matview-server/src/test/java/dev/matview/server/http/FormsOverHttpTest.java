package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.exchange.GunzipTest;
import dev.matview.server.http.exchange.RequestBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In which forms a query may come: both bodies, packed or not, and a path with a slash at its end. */
class FormsOverHttpTest {

    private static final String POSTS = "/data/posts/query?global=true";

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private GlobalFeeds feeds;
    private HttpService service;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        for (int n = 1; n <= 7; n++) {
            databases.put("userdb-" + n, "{\"_id\":\"" + n + "\",\"n\":" + n + ",\"skip\":" + n % 2 + "}");
        }
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts").build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        service = HttpService.start(HttpSettings.of("127.0.0.1", 0), feeds, Authenticator.none(), scheduler);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"selector\":{},"})
    void bothFormsPageBySkipAndBookmark(String form) {
        JsonNode first = docs(form + "\"limit\":3,\"skip\":1,\"sort\":[\"n\"]");
        JsonNode second = docs(form + "\"limit\":3,\"sort\":[\"n\"],\"bookmark\":" + first.get("bookmark"));
        JsonNode third = docs(form + "\"limit\":3,\"sort\":[\"n\"],\"bookmark\":" + second.get("bookmark"));

        assertThat(numbers(first)).isEqualTo("[2, 3, 4]");
        assertThat(numbers(second)).isEqualTo("[5, 6, 7]");
        assertThat(numbers(third)).isEqualTo("[]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"selector\":{},"})
    void aLimitAboveTheLargestPageSaysSo(String form) {
        assertThat(docs(form + "\"limit\":1000").has("warning")).isFalse();
        assertThat(docs(form + "\"limit\":1001").get("warning").textValue())
                .startsWith("The limit of 1001 is above the largest page, which has 1000 rows");
    }

    @Test
    void aFieldThatIsCalledSkipGoesIntoAnAnd() {
        assertThat(numbers(docs("\"$and\":[{\"skip\":0}],\"skip\":1"))).isEqualTo("[4, 6]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"selector\":{},"})
    void aWrongBookmarkIsRefusedInCouchDbsWords(String form) {
        HttpResponse<String> answer = http.query(POSTS, "{" + form + "\"bookmark\":\"bad-bookmark\"}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"invalid_bookmark\",\"reason\":\"Invalid bookmark value: \\\"bad-bookmark\\\"\"}\n");
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/data/posts/query/?global=true,200",
        "GET,/health/,200",
        "GET,/feeds/,200",
        "GET,/metrics/,200",
        "POST,/feeds/posts/refresh/,200",
        "GET,/data/expand/?did=a&ref=b,404",
        "GET,/data/posts/query/,405",
        "DELETE,/health/,405",
        "GET,/,200",
        "GET,/nothing/,404",
    })
    void aSlashAtTheEndChangesNothing(String method, String path, int status) {
        assertThat(http.send(method, path, "").statusCode()).isEqualTo(status);
        if (path.length() > 1) {
            assertThat(http.send(method, path.replaceFirst("/(\\?|$)", "$1"), "")
                            .statusCode())
                    .isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZip", "x-gzip", "identity, gzip"})
    void aBodyMayBePackedWithGzip(String encoding) {
        HttpResponse<String> answer = send(encoding, GunzipTest.gzip(bytes("{\"n\":3}")));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"n\":3").doesNotContain("\"n\":4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "Identity", ","})
    void aBodyMayBeAsItIs(String encoding) {
        assertThat(send(encoding, bytes("{\"n\":3}")).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deflate", "br", "zstd", "gzip, gzip", "compress", "gzip2"})
    void otherEncodingsAreRefused(String encoding) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
            out.write(bytes("{\"n\":3}"));
        }

        HttpResponse<String> answer = send(encoding, packed.toByteArray());

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body())
                .isEqualTo("{\"error\":\"bad_content_type\",\"reason\":\"" + encoding
                        + " is not a supported content encoding.\"}\n");
        assertThat(answer.headers().firstValue("Accept-Encoding")).hasValue("gzip, identity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"n\":3}", "\u001f\u008b", "packed and more"})
    void whatIsNoGzipIsRefused(String text) {
        byte[] body = text.equals("packed and more")
                ? bytes(new String(GunzipTest.gzip(bytes("{}")), StandardCharsets.ISO_8859_1) + "more")
                : bytes(text);

        HttpResponse<String> answer = send("gzip", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo("{\"error\":\"bad_request\",\"reason\":\"Request body is not properly gzipped.\"}\n");
    }

    @Test
    void aBodyIsBoundedAlsoAfterItIsUnpacked() {
        byte[] padded = bytes("{}" + " ".repeat(RequestBody.MAX_BYTES - 2));

        assertThat(send("gzip", GunzipTest.gzip(padded)).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = send("gzip", GunzipTest.gzip(new byte[100 << 20]));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).startsWith("{\"error\":\"too_large\",");
    }

    private HttpResponse<String> send(String encoding, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + POSTS))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .header("Content-Encoding", encoding)
                .build();
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private JsonNode docs(String keys) {
        HttpResponse<String> answer = http.query(POSTS, "{" + keys + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            return new JsonMapper().readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static String numbers(JsonNode answer) {
        return answer.get("docs").findValues("n").toString();
    }
}
