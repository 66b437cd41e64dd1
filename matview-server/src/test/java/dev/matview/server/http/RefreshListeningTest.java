package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Subscription;
import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Refreshes are counted and remembered as long as a service is there to tell of them. */
class RefreshListeningTest {

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

    @Test
    void aServiceListensUntilItIsClosed() throws IOException {
        HttpService service = serve(0);
        assertThat(listeners).hasValueGreaterThan(0);

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
