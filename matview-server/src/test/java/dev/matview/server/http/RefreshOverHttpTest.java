package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A refresh that takes its time: who waits for it holds no thread. */
class RefreshOverHttpTest {

    private final CompletableFuture<RefreshResult> refresh = new CompletableFuture<>();
    private final ManualScheduler time = new ManualScheduler();
    private final List<RawClient> clients = new ArrayList<>();
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withMaxRequestsPerCaller(1000),
                RefreshStub.refreshing(() -> refresh),
                Authenticator.none(),
                time);
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        refresh.completeExceptionally(new IllegalStateException("the test is over"));
        service.close();
    }

    private RawClient ask() throws IOException {
        RawClient client = RawClient.connect(service.port());
        clients.add(client);
        return client.send("POST /feeds/posts/refresh HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: 0\r\n\r\n");
    }

    @Test
    void whoHasWaitedLongEnoughIsToldThatItGoesOn() throws IOException {
        RawClient client = ask();

        // A request that has arrived is waited for a moment later: the time goes on until it is.
        await().until(() -> {
            time.advance(Duration.ofSeconds(21));
            return client.hasAnswer();
        });

        assertThat(client.readToEnd())
                .startsWith("HTTP/1.1 202 ")
                .endsWith("{\"collection\":\"posts\",\"refreshing\":true}\n");
    }

    @Test
    void howItEndedIsToldToWhoWaits() throws IOException {
        RawClient client = ask();
        await().until(() -> service.requestsUnderWay() == 1);

        refresh.completeExceptionally(new RefreshException("posts", "no connection", new IOException("x")));

        assertThat(client.readToEnd()).startsWith("HTTP/1.1 502 ").contains("{\"error\":\"refresh_failed\",");
    }

    @Test
    void aFeedThatIsNoneIsNotFound() throws IOException {
        refresh.completeExceptionally(new FeedNotRegisteredException("posts"));

        assertThat(ask().readToEnd()).startsWith("HTTP/1.1 404 ");
    }

    @Test
    @Timeout(60)
    void manyWhoWaitKeepNobodyElseWaiting() throws IOException {
        for (int i = 0; i < 300; i++) {
            ask();
        }
        await().until(() -> service.requestsUnderWay() == 300);

        assertThat(new Http(service.port())
                        .query("/data/posts/query?global=true", "{}")
                        .statusCode())
                .isEqualTo(200);
    }
}
