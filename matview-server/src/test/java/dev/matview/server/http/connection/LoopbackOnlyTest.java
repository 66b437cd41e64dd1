package dev.matview.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.event.Scheduler;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.RawClient;
import dev.matview.server.http.RefreshStub;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server without authentication, and the browser on its machine. */
class LoopbackOnlyTest {

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private static final String APP = "https://app.example.org";

    /** There is no such feed, which only who tries to refresh it can know. */
    private static final String CARRIED_OUT = "HTTP/1.1 404 Not Found";

    private final AtomicInteger refreshes = new AtomicInteger();
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        service = serve(Authenticator.none(), Cors.of(APP), "127.0.0.1");
    }

    private HttpService serve(Authenticator authenticator, Cors cors, String host) throws IOException {
        return HttpService.start(HttpSettings.of(host, 0).withCors(cors), feeds(), authenticator, scheduler);
    }

    private HttpService.Feeds feeds() {
        return RefreshStub.refreshing(() -> {
            refreshes.incrementAndGet();
            return CompletableFuture.failedFuture(new FeedNotRegisteredException("posts"));
        });
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private String status(String request) throws IOException {
        try (RawClient client = RawClient.connect(service.port())) {
            return client.send(request.replace("PORT", Integer.toString(service.port())))
                    .statusLine();
        }
    }

    private String refresh(String... headers) throws IOException {
        return status("POST /feeds/posts/refresh HTTP/1.1\r\nContent-Length: 0\r\n" + String.join("\r\n", headers)
                + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:PORT",
                "demo.localhost",
                "127.0.0.1",
                "127.0.0.1:PORT",
                "127.8.9.10",
                "[::1]:PORT",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
            })
    void itAnswersToTheNamesOfThisMachine(String host) throws IOException {
        assertThat(status("GET /health HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:PORT",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "notlocalhost",
                "0.0.0.0",
                "128.0.0.1",
                "192.168.0.1:PORT",
                "[::2]",
                "[::]",
            })
    void itAnswersToNoOtherName(String host) throws IOException {
        assertThat(status("GET /health HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(refresh("Host: " + host)).isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(status("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(refreshes.get()).isZero();
    }

    @Test
    void aNameInTheRequestLineIsANameToo() throws IOException {
        assertThat(status("GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                .isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(status("GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .doesNotContain(" 200 ");
        assertThat(status("GET http://evil.example/health HTTP/1.0\r\n\r\n")).doesNotContain(" 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Origin: null",
                "Origin: http://localhost:3000",
                "Origin: http://127.0.0.1",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Sec-Fetch-Site: Cross-Site",
                "Sec-Fetch-Site: something-new",
                "Origin: https://evil.example\r\nSec-Fetch-Site: same-origin",
                "Origin: http://localhost:PORT\r\nSec-Fetch-Site: cross-site",
                "Origin: " + APP + ".evil.example",
                "Origin: " + APP + "\r\nOrigin: https://evil.example",
            })
    void aForeignPageDoesNothing(String headers) throws IOException {
        assertThat(refresh("Host: localhost:PORT", headers)).isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(status("POST /data/posts/query?global=true HTTP/1.1\r\nHost: localhost\r\n" + headers
                        + "\r\nContent-Length: 2\r\n\r\n{}"))
                .isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(status("GET /data/global HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + UPGRADE))
                .isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(refreshes.get()).isZero();
    }

    private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Nothing: at-all",
                "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Site: none",
                "Origin: http://localhost:PORT",
                "Origin: http://localhost:PORT\r\nSec-Fetch-Site: same-origin",
                "Origin: " + APP,
                "Origin: " + APP + "\r\nSec-Fetch-Site: cross-site",
            })
    void itsOwnPageAndThoseThatAreAllowedAndWhatIsNoBrowserGoThrough(String headers) throws IOException {
        assertThat(refresh("Host: localhost:PORT", headers)).isEqualTo(CARRIED_OUT);
        assertThat(refreshes.get()).isOne();
    }

    @Test
    void anUpgradeOfANameElsewhereIsRefused() throws IOException {
        assertThat(status("GET /data/global HTTP/1.1\r\nHost: evil.example\r\n" + UPGRADE))
                .isEqualTo("HTTP/1.1 403 Forbidden");
        assertThat(status("GET /data/global HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE))
                .isEqualTo("HTTP/1.1 101 Switching Protocols");
    }

    @Test
    void whoLetsEveryPageInHasSaidSo() throws IOException {
        service.close();
        service = serve(Authenticator.none(), Cors.of("*"), "127.0.0.1");

        assertThat(refresh("Host: localhost", "Origin: https://any.example", "Sec-Fetch-Site: cross-site"))
                .isEqualTo(CARRIED_OUT);
        assertThat(refresh("Host: evil.example")).isEqualTo("HTTP/1.1 403 Forbidden");
    }

    @Test
    void withAuthenticationEveryNameIsAnswered() throws IOException {
        service.close();
        service = serve(new SharedSecretTokens(Tokens.SECRET, scheduler), Cors.none(), "127.0.0.1");

        assertThat(status("GET /health HTTP/1.1\r\nHost: feeds.example.org\r\nOrigin: https://a.example\r\n\r\n"))
                .isEqualTo("HTTP/1.1 200 OK");
    }
}
