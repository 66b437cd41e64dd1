package dev.matview.examples.subscribers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The JVM of the subscribers: opens them, and tells on standard output how long posts took to reach them all. */
final class Clients {

    private static final String AUTHENTICATION = "{\"type\":\"auth\",\"query\":{\"collection\":\"posts\"}}";
    private static final int AT_ONCE = 100;
    private static final int SECONDS = 60;
    private static final int HEAD = 120;

    private final int port;
    private final int count;
    private final ConcurrentHashMap<Long, Round> rounds = new ConcurrentHashMap<>();
    private final CountDownLatch first;
    private final List<Socket> sleepers = new ArrayList<>();
    private final List<WebSocket> open = new ArrayList<>();

    /** When each subscriber had a post, in microseconds after it was written. */
    private static final class Round {
        private final long[] micros;
        private final AtomicInteger received = new AtomicInteger();
        private final CompletableFuture<Void> complete = new CompletableFuture<>();

        Round(int count) {
            micros = new long[count];
        }

        void received(long after) {
            int place = received.getAndIncrement();
            if (place < micros.length) {
                micros[place] = after;
            }
            if (place == micros.length - 1) {
                complete.complete(null);
            }
        }
    }

    private Clients(int port, int count) {
        this.port = port;
        this.count = count;
        this.first = new CountDownLatch(count);
    }

    public static void main(String[] args) throws Exception {
        Clients clients = new Clients(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        clients.connect();
        System.out.println("ready");
        clients.obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        System.exit(0);
    }

    private void connect() throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        URI uri = URI.create("ws://127.0.0.1:" + port + "/data/global");
        for (int i = 0; i < count; i += AT_ONCE) {
            List<CompletableFuture<WebSocket>> batch = new ArrayList<>();
            for (int n = i; n < Math.min(count, i + AT_ONCE); n++) {
                batch.add(client.newWebSocketBuilder()
                        .buildAsync(uri, new Reader())
                        .thenCompose(socket -> socket.sendText(AUTHENTICATION, true)));
            }
            batch.forEach(socket -> open.add(socket.join()));
        }
        if (!first.await(SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(first.getCount() + " subscribers got no first answer");
        }
    }

    private void obey(BufferedReader commands) throws Exception {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            long argument = Long.parseLong(words[1]);
            if (words[0].equals("sleep")) {
                for (int i = 0; i < argument; i++) {
                    sleepers.add(sleeper());
                }
                System.out.println("asleep");
            } else {
                report(round(argument));
            }
        }
    }

    private void report(Round round) throws Exception {
        round.complete.get(SECONDS, TimeUnit.SECONDS);
        Arrays.sort(round.micros);
        System.out.printf(
                "received %d %d %d%n",
                round.micros[count / 2] / 1000, round.micros[count * 99 / 100] / 1000, round.micros[count - 1] / 1000);
    }

    private Round round(long at) {
        return rounds.computeIfAbsent(at, absent -> new Round(count));
    }

    /** A subscriber that authenticates and never reads, with little room for what it is sent. */
    private Socket sleeper() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        OutputStream out = socket.getOutputStream();
        out.write(("GET /data/global HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3Vic2NyaWJlcnMgYXNsZWVwIQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        // The answer to the upgrade is waited for; nothing after it is read.
        socket.getInputStream().readNBytes(20);
        byte[] message = AUTHENTICATION.getBytes(StandardCharsets.US_ASCII);
        // One masked text frame, shorter than 126 bytes, with a mask of zeros (RFC 6455, section 5.2).
        out.write(new byte[] {(byte) 0x81, (byte) (0x80 | message.length), 0, 0, 0, 0});
        out.write(message);
        out.flush();
        return socket;
    }

    private final class Reader implements WebSocket.Listener {

        /** As much of a message as holds when its first post was written: it may come in parts of any size. */
        private final StringBuilder head = new StringBuilder();

        private boolean answered;

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            head.append(part, 0, Math.min(part.length(), HEAD - head.length()));
            if (last) {
                read();
                head.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            error.printStackTrace();
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            System.err.println("a subscriber was closed: " + code + " " + reason);
            return null;
        }

        /** The newest post stands first. */
        private void read() {
            long now = Subscribers.now();
            int start = head.indexOf("\"at\":") + 5;
            long at = Long.parseLong(head.substring(start, head.indexOf(",", start)));
            if (answered) {
                round(at).received(now - at);
            } else {
                answered = true;
                first.countDown();
            }
        }
    }
}
