package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A place that means harm, or is broken, answers the reading of a key set. */
class KeySetReaderTest {

    private static final Duration DEADLINE = Duration.ofMillis(400);
    private static final String SET = new JWKSet(new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(new byte[32]))
                    .keyID("a")
                    .build())
            .toString(true);

    @TempDir
    Path directory;

    private ServerSocket server;
    private final CountDownLatch end = new CountDownLatch(1);

    /** Closed when the client has gone. */
    private final CountDownLatch gone = new CountDownLatch(1);

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        end.countDown();
        server.close();
    }

    /** Sends the beginning at once, and after it the drop every few milliseconds until the client has gone. */
    private URL answering(String beginning, String drop) throws IOException {
        Thread thread = new Thread(() -> {
            try (Socket client = server.accept()) {
                OutputStream out = client.getOutputStream();
                out.write(beginning.getBytes(StandardCharsets.UTF_8));
                while (!drop.isEmpty() && !end.await(2, TimeUnit.MILLISECONDS)) {
                    out.write(drop.getBytes(StandardCharsets.UTF_8));
                }
                client.getInputStream().readAllBytes();
                gone.countDown();
            } catch (IOException | InterruptedException e) {
                gone.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return new URL("http://127.0.0.1:" + server.getLocalPort() + "/keys");
    }

    private static String ok(String headers) {
        return "HTTP/1.1 200 OK\r\n" + headers + "\r\n";
    }

    private void assertGivenUp(URL place, String reason) throws Exception {
        long begun = System.nanoTime();
        assertThatThrownBy(() -> new KeySetReader(place, DEADLINE).read())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("is no JSON Web Key Set that can be read: ")
                .hasMessageContaining(reason);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE.multipliedBy(5));
        assertThat(gone.await(5, TimeUnit.SECONDS))
                .as("the connection is closed")
                .isTrue();
    }

    @Test
    void aSetIsRead() throws Exception {
        URL place = answering(ok("Connection: close\r\nContent-Length: " + SET.length() + "\r\n") + SET, "");

        assertThat(new KeySetReader(place).read().getKeyByKeyId("a")).isNotNull();
    }

    @Test
    void abodyThatDripsIsGivenUp() throws Exception {
        assertGivenUp(answering(ok("Content-Length: 100000\r\n"), " "), "did not come whole within 400 ms");
    }

    @Test
    void headersThatDripAreGivenUp() throws Exception {
        assertGivenUp(answering("HTTP/1.1 200 OK\r\nX: ", "x"), "did not come whole within 400 ms");
    }

    @Test
    void silenceIsGivenUp() throws Exception {
        assertGivenUp(answering("", ""), "did not come whole within 400 ms");
    }

    @Test
    void aBodyWithoutEndIsCut() throws Exception {
        assertGivenUp(
                answering(ok("Transfer-Encoding: chunked\r\n"), "10000\r\n" + " ".repeat(0x10000) + "\r\n"),
                "larger than 262144 bytes");
    }

    @Test
    void whyNothingAnswersIsToldInWords() throws Exception {
        URL place = new URL("http://127.0.0.1:" + server.getLocalPort() + "/keys");
        server.close();

        assertThatThrownBy(() -> new KeySetReader(place).read())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("is no JSON Web Key Set that can be read: ")
                .hasMessageNotContaining("null");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 301, 404, 500})
    void anotherStatusIsNoSet(int status) throws Exception {
        assertThatThrownBy(() -> new KeySetReader(
                                answering(
                                        "HTTP/1.1 " + status
                                                + " X\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
                                        ""),
                                DEADLINE)
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is answered with status " + status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "[]", "{}", "{\"keys\":1}", "{\"keys\":[{\"kty\":1}]}", "{\"keys\":[[]]}"})
    void whatIsNoSetIsTold(String text) throws IOException {
        URL place = Files.writeString(directory.resolve("keys"), text).toUri().toURL();

        assertThatThrownBy(() -> new KeySetReader(place).read())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("is no JSON Web Key Set that can be read: it is none");
    }

    @Test
    void aLargeFileAndADirectoryAreNoSet() throws IOException {
        URL large = Files.writeString(directory.resolve("large"), " ".repeat(300_000))
                .toUri()
                .toURL();

        assertThatThrownBy(() -> new KeySetReader(large).read()).hasMessageContaining("larger than 262144 bytes");
        assertThatThrownBy(() -> new KeySetReader(directory.toUri().toURL()).read())
                .hasMessageContaining("it is no file");
    }
}
