package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshListener.Why;
import dev.matview.core.event.Subscription;
import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.ManualScheduler;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Refreshes are counted as long as a service is there to tell of them. */
class RefreshMetricsTest {

    private final AtomicInteger listeners = new AtomicInteger();

    /** There are no feeds; who listens to them is counted. */
    private HttpService serve(int port) throws IOException {
        StubFeeds stub = new StubFeeds((collection, query) -> SomePage.empty());
        GlobalFeeds feeds = (GlobalFeeds) Proxy.newProxyInstance(
                GlobalFeeds.class.getClassLoader(),
                new Class<?>[] {GlobalFeeds.class},
                (proxy, method, arguments) ->
                        method.getName().equals("onRefresh") ? listener() : method.invoke(StubFeeds.NONE, arguments));
        return HttpService.start(
                HttpSettings.of("127.0.0.1", port),
                new HttpService.Feeds(stub, stub, feeds),
                Authenticator.none(),
                new ManualScheduler());
    }

    private Subscription listener() {
        listeners.incrementAndGet();
        return listeners::decrementAndGet;
    }

    private static double count(RefreshMetrics metrics, String... collections) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        metrics.register(registry, Set.of(collections));
        return registry.find("matview.feed.refresh").functionTimers().stream()
                .mapToDouble(FunctionTimer::count)
                .sum();
    }

    @Test
    void whoLooksBeforeAFeedIsKnownTakesNothingFromItsCount() {
        RefreshMetrics metrics = new RefreshMetrics();
        metrics.failed(new Run("posts", Why.FIRST, Instant.EPOCH, Duration.ofMillis(3), null), "no connection");

        assertThat(count(metrics, "events")).isZero();
        assertThat(count(metrics, "events", "posts")).isEqualTo(1);
    }

    @Test
    void aServiceListensUntilItIsClosed() throws IOException {
        HttpService service = serve(0);
        assertThat(listeners).hasPositiveValue();

        service.close();

        assertThat(listeners).hasValue(0);
    }

    @Test
    void aServiceThatCannotBindListensNoMore() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> serve(other.getLocalPort())).isInstanceOf(IOException.class);
        }

        assertThat(listeners).hasValue(0);
    }
}
