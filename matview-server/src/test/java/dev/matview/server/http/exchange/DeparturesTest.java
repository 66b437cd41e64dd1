package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.event.Subscription;
import dev.matview.testkit.ManualScheduler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who waits for an answer, and leaves or stays, on real connections. */
class DeparturesTest {

    private final ManualScheduler time = new ManualScheduler();
    private final Departures departures = new Departures(time);
    private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger left = new AtomicInteger();
    private final Server server = new Server();
    private final ServerConnector connector = ClientEndPoint.connector(server, new HttpConnectionFactory());
    private Socket client;
    private BufferedReader answers;

    private record Waiting(Subscription watch, Response response, Callback callback) {
        void answer() {
            watch.close();
            response.write(true, StandardCharsets.UTF_8.encode("answered\n"), callback);
        }
    }

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                EndPoint connection =
                        request.getConnectionMetaData().getConnection().getEndPoint();
                waiting.add(new Waiting(departures.watch(connection, left::incrementAndGet), response, callback));
                return true;
            }
        });
        server.start();
        client = new Socket("127.0.0.1", connector.getLocalPort());
        answers = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.stop();
    }

    private void ask(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void ask() throws IOException {
        ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private Waiting handled() throws InterruptedException {
        Waiting one = waiting.poll(30, TimeUnit.SECONDS);
        assertThat(one).isNotNull();
        return one;
    }

    private void readAnswer() throws IOException {
        String line = answers.readLine();
        while (line != null && !line.equals("answered")) {
            line = answers.readLine();
        }
        assertThat(line).isEqualTo("answered");
    }

    private void awaitDeparture() {
        // The end of a connection takes a moment to arrive, also on one machine.
        Awaitility.await().until(() -> {
            time.advance(Departures.PERIOD);
            return left.get() > 0;
        });
        time.advance(Departures.PERIOD);
        assertThat(left).hasValue(1);
        assertThat(time.nextDue()).as("the next look").isEmpty();
    }

    @Test
    void whoClosesTheConnectionHasLeft() throws Exception {
        ask();
        handled();

        client.close();

        awaitDeparture();
    }

    @Test
    void whoseConnectionIsResetHasLeft() throws Exception {
        ask();
        handled();

        client.setSoLinger(true, 0);
        client.close();

        awaitDeparture();
    }

    @Test
    void whoWaitsIsAnsweredAsOftenAsItAsks() throws Exception {
        for (int i = 0; i < 5; i++) {
            ask();
            Waiting asked = handled();
            time.advance(Departures.PERIOD.multipliedBy(3));
            asked.answer();
            readAnswer();
            assertThat(time.nextDue()).as("the next look").isPresent();
            time.advance(Departures.PERIOD);
            assertThat(time.nextDue()).as("the next look").isEmpty();
        }

        assertThat(left).hasValue(0);
    }

    @Test
    void nothingIsLostOfWhatAClientSendsWhileItWaits() throws Exception {
        ask();
        Waiting first = handled();
        // One byte, which a look may find, then the rest, and two requests more behind.
        ask("G");
        time.advance(Departures.PERIOD);
        ask("ET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        ask();
        time.advance(Departures.PERIOD);

        first.answer();
        readAnswer();
        for (int i = 0; i < 3; i++) {
            Waiting next = handled();
            time.advance(Departures.PERIOD);
            next.answer();
            readAnswer();
        }

        assertThat(left).hasValue(0);
    }
}
