package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.DatabaseUnavailableException;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.InvalidBookmarkException;
import dev.matview.core.InvalidQueryException;
import dev.matview.core.QueryFailedException;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.event.Scheduler;
import dev.matview.core.mango.MangoException;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.exchange.RequestBody;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before or by the feeds, each in its own way. */
class RefusalsOverHttpTest {

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private static final String POSTS = "/data/posts/query?global=true";

    private volatile StubFeeds.Answering answering = (collection, query) -> SomePage.empty();
    private HttpService service;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        service = start(0);
        http = new Http(service.port());
    }

    private HttpService start(int port) throws IOException {
        HttpService.Feeds feeds = StubFeeds.answering((collection, query) -> answering.page(collection, query));
        return HttpService.start(HttpSettings.of("127.0.0.1", port), feeds, Authenticator.none(), scheduler);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(new FeedNotRegisteredException("posts"), 403, "feed_not_registered"),
                Arguments.of(new ViewNotReadyException("posts", Duration.ofMillis(1500)), 503, "view_not_ready"),
                Arguments.of(new BookmarkExpiredException(), 410, "bookmark_expired"),
                Arguments.of(new InvalidBookmarkException("x"), 400, "invalid_bookmark"),
                Arguments.of(new QueryTimeoutException(), 400, "query_timeout"),
                Arguments.of(new QueryStoppedException(), 400, "query_stopped"),
                Arguments.of(new MangoException("bad_arg", "why"), 400, "bad_arg"),
                Arguments.of(new InvalidQueryException(new MangoException("bad_arg", "why")), 400, "bad_arg"),
                Arguments.of(new QueryFailedException(new IOException("somebody's")), 500, "internal_error"),
                Arguments.of(new IllegalStateException("a value of somebody's document"), 500, "internal_error"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void eachRefusalOfTheFeedsHasItsStatus(RuntimeException refusal, int status, String error) {
        answering = (collection, query) -> {
            throw refusal;
        };

        HttpResponse<String> answer = http.query(POSTS, "{}");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{\"error\":\"" + error + "\",\"reason\":\"");
        assertThat(answer.body()).doesNotContain("Exception", "somebody", "at dev.");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("Retry-After").orElse("none")).isEqualTo(status == 503 ? "2" : "none");
        assertThat(answer.headers().firstValue("ETag")).isEmpty();
    }

    @Test
    void aDatabaseThatCannotBeReadIsToBeAskedForLater() {
        answering = (collection, query) -> {
            throw new DatabaseUnavailableException(new IOException("userdb-somebody at http://10.0.0.1"));
        };

        HttpResponse<String> answer = http.query(POSTS, "{}");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .isEqualTo("{\"error\":\"database_unavailable\",\"reason\":\"The database cannot be read now.\"}\n");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
    }

    @Test
    void aClientIsNeverToldToComeBackAtOnce() {
        answering = (collection, query) -> {
            throw new ViewNotReadyException("posts", Duration.ZERO);
        };

        assertThat(http.query(POSTS, "{}").headers().firstValue("Retry-After")).hasValue("1");
    }

    @Test
    void ownDatabasesAreRefusedWhereCallersAreNotToldApart() {
        HttpResponse<String> answer = http.query("/data/posts/query", "{}");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).startsWith("{\"error\":\"forbidden\",").contains("global=true");
    }

    @Test
    void whatATokenSaysIsOfNoInterestWhereCallersAreNotToldApart() {
        assertThat(http.query(POSTS, "{}", "Authorization", "Basic x").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aBodyOfAMebibyteIsRead() {
        assertThat(http.query(POSTS, bodyOf(RequestBody.MAX_BYTES)).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {RequestBody.MAX_BYTES + 1, 3 * RequestBody.MAX_BYTES})
    void aLargerBodyIsRefused(int size) {
        HttpResponse<String> answer = http.query(POSTS, bodyOf(size));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).startsWith("{\"error\":\"too_large\",");
    }

    @Test
    void aLargerBodyIsRefusedUnreadWhenTheClientWaits() throws IOException {
        String answer = exchange("POST " + POSTS
                + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: " + (1L << 40) + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ").doesNotContain("100 Continue");
    }

    @Test
    void aBodyInAnEncodingThatIsNotReadIsRefusedUnreadWhenTheClientWaits() throws IOException {
        String answer = exchange("POST " + POSTS + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Encoding: br\r\nContent-Length: 10\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 415 ").doesNotContain("100 Continue");
    }

    @Test
    void aBodyThatComesInChunksIsBoundedToo() throws IOException {
        StringBuilder request = new StringBuilder("POST " + POSTS
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 20; i++) {
            request.append("10000\r\n").append(" ".repeat(0x10000)).append("\r\n");
        }
        request.append("0\r\n\r\n");

        assertThat(exchange(request.toString())).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void aBodyThatNestsWithoutEndIsRefused() {
        HttpResponse<String> answer = http.query(POSTS, "{\"a\":".repeat(100_000));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).startsWith("{\"error\":\"bad_request\",").contains("200 levels");
    }

    @Test
    void aSelectorThatNestsTooDeepIsRefusedByMango() {
        HttpResponse<String> answer = http.query(POSTS, "{\"$not\":".repeat(150) + "{}" + "}".repeat(150));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("200 levels");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /data/%ff/query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                "POST /data/posts/query?global=%ff%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                "nonsense\r\n\r\n",
                "POST /data/posts/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: a\r\n\r\n",
                "POST /data/posts/query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            })
    void aMalformedRequestIsRefusedInTheFormOfAllErrors(String request) throws IOException {
        String answer = exchange(request);

        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\r\n\r\n{\"error\":\"");
        assertThat(answer).doesNotContain("<", "Exception", "Jetty");
    }

    @Test
    void headersAreBounded() throws IOException {
        String answer = exchange("GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 431 ").contains("{\"error\":\"request_header_fields_too_large\"");
    }

    @Test
    void aPortInUseIsAnExceptionAndNotTheEndOfTheProcess() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(other.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .rootCause()
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void aRequestUnderWayIsAnsweredBeforeTheServiceIsClosed() throws Exception {
        try (Socket client = new Socket("127.0.0.1", service.port())) {
            OutputStream out = client.getOutputStream();
            out.write(("POST " + POSTS + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{")
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            await().until(() -> service.requestsUnderWay() == 1);

            Thread closing = new Thread(service::close);
            closing.start();
            await().until(() -> !accepts(service.port()));
            out.write('}');
            out.flush();

            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("{\"docs\":[],\"bookmark\":\"")
                    .contains("\"rows\":0,\"databases\":0,\"behind\":0}}");
            closing.join();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static String bodyOf(int size) {
        return "{\"a\":\"" + "x".repeat(size - 8) + "\"}";
    }

    /** Sends bytes as they are, and reads until the server closes. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
