package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import javax.servlet.ReadListener;
import javax.servlet.ServletInputStream;
import javax.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;

/** What a client that sends slowly, or not to the end, is told; the rest is seen over HTTP. */
class RequestBodyTest {

    private final ManualScheduler clock = new ManualScheduler();
    private final RequestBody body = new RequestBody(clock);

    @Test
    void aBodyMayTakeItsTime() {
        assertThat(body.read(sending("{\"a\":1}", Duration.ofSeconds(4)))).hasToString("{\"a\":1}");
    }

    @Test
    void aBodyThatTakesTooLongIsRefused() {
        HttpError refusal =
                catchThrowableOfType(HttpError.class, () -> body.read(sending("{\"a\":1}", Duration.ofSeconds(5))));

        assertThat(refusal.status()).isEqualTo(408);
        assertThat(refusal.error()).isEqualTo("request_timeout");
        assertThat(refusal.headers()).containsEntry("Connection", "close");
    }

    @Test
    void aBodyThatEndsEarlyIsRefused() {
        HttpError refusal = catchThrowableOfType(HttpError.class, () -> body.read(sending("{\"a\"!", Duration.ZERO)));

        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.error()).isEqualTo("bad_request");
        assertThat(refusal.reason()).isEqualTo("The request body ended early.");
    }

    /** A request whose body arrives byte by byte, one in each interval; an exclamation mark breaks the connection. */
    private HttpServletRequest sending(String text, Duration interval) {
        Trickle trickle = new Trickle(text.getBytes(StandardCharsets.UTF_8), interval);
        return (HttpServletRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getHeader" -> null;
                    case "getHeaders" -> Collections.emptyEnumeration();
                    case "getContentLengthLong" -> -1L;
                    case "getInputStream" -> trickle;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private final class Trickle extends ServletInputStream {
        private final byte[] bytes;
        private final Duration interval;
        private int next;

        private Trickle(byte[] bytes, Duration interval) {
            this.bytes = bytes;
            this.interval = interval;
        }

        @Override
        public int read() throws IOException {
            if (next == bytes.length) {
                return -1;
            }
            clock.advance(interval);
            if (bytes[next] == '!') {
                throw new IOException("connection reset");
            }
            return bytes[next++];
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int value = read();
            if (value < 0) {
                return -1;
            }
            target[offset] = (byte) value;
            return 1;
        }

        @Override
        public boolean isFinished() {
            return next == bytes.length;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
