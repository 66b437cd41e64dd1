package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.SomePage;
import dev.matview.server.http.StubFeeds;
import dev.matview.server.share.FairShare;
import dev.matview.server.share.ShareLimits;
import dev.matview.testkit.ManualScheduler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.junit.jupiter.api.Test;

class SocketConnectionTest {

    private final ManualScheduler time = new ManualScheduler();
    private final List<String> done = new ArrayList<>();

    /** A session that writes down what is done with it. */
    private CoreSession session() {
        return (CoreSession) Proxy.newProxyInstance(
                CoreSession.class.getClassLoader(), new Class<?>[] {CoreSession.class}, (proxy, method, arguments) -> {
                    done.add(method.getName() + (arguments == null ? "" : " " + arguments[0]));
                    return null;
                });
    }

    /** The handshake may be slow where the machine is: it would be open for good, and nobody would know of it. */
    @Test
    void whatIsClosedBeforeItIsOpenIsClosedThen() {
        Sockets sockets = new Sockets(
                new StubFeeds((collection, query) -> SomePage.empty()),
                Authenticator.none(),
                MangoLimits.defaults(),
                SocketLimits.defaults(),
                FairShare.start(ShareLimits.defaults(), time),
                Runnable::run,
                time);
        SocketConnection connection = sockets.open("global", "203.0.113.1");
        connection.sweep(time.instant().plusSeconds(60), SocketLimits.defaults());
        assertThat(sockets.count()).isZero();

        connection.onOpen(session(), Callback.NOOP);

        assertThat(done).contains("close 4001");
    }
}
