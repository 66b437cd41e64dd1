package dev.matview.examples.benchmarks.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The JVM of the subscribers. One thread reads for all, and of each message no more than when its first post was written, so
 * that the machine is the server's. Says {@code ready} when all have their first answer, and of each later post, once all have
 * it, how many microseconds after it was written: {@code received AT P50 P99 LAST}.
 */
final class SubscriberLoad {

    private static final byte[] HANDSHAKE = ("GET /data/global HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: c3Vic2NyaWJlcnMgYXNsZWVwIQ==\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AUTHENTICATION =
            "{\"type\":\"auth\",\"query\":{\"collection\":\"posts\"}}".getBytes(StandardCharsets.US_ASCII);
    private static final int AT_ONCE = 100;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(256 * 1024);
    private final Map<Long, long[]> times = new HashMap<>();
    private final Map<Long, Integer> counts = new HashMap<>();
    private final int subscribers;
    private int greeted;

    private SubscriberLoad(int subscribers) throws IOException {
        this.subscribers = subscribers;
        this.selector = Selector.open();
    }

    /** Microseconds, on the clock that all JVMs of a machine share. */
    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** @param args the port, and how many subscribers */
    public static void main(String[] args) throws Exception {
        SubscriberLoad load = new SubscriberLoad(Integer.parseInt(args[1]));
        load.connect(Integer.parseInt(args[0]));
        System.out.println("ready all");
        Thread reading = new Thread(load::readOn, "reading");
        reading.setDaemon(true);
        reading.start();
        Child.awaitEnd();
        System.exit(0);
    }

    private void connect(int port) throws IOException {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        long end = System.nanoTime() + PATIENCE_NANOS;
        for (int opened = 0; greeted < subscribers; ) {
            for (; opened < subscribers && opened - greeted < AT_ONCE; opened++) {
                SocketChannel channel = SocketChannel.open(server);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new Subscriber(channel));
                channel.write(ByteBuffer.wrap(HANDSHAKE));
            }
            read();
            if (System.nanoTime() > end) {
                throw new IOException((subscribers - greeted) + " subscribers got no first answer");
            }
        }
    }

    private void readOn() {
        try {
            while (true) {
                read();
            }
        } catch (IOException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void read() throws IOException {
        selector.select(1_000);
        for (SelectionKey key : selector.selectedKeys()) {
            ((Subscriber) key.attachment()).read();
        }
        selector.selectedKeys().clear();
    }

    private void received(long at) {
        long[] all = times.computeIfAbsent(at, key -> new long[subscribers]);
        int count = counts.merge(at, 1, Integer::sum);
        all[count - 1] = now() - at;
        if (count == subscribers) {
            Arrays.sort(all);
            System.out.println("received %d %d %d %d"
                    .formatted(at, all[count / 2], all[Math.min(count - 1, count * 99 / 100)], all[count - 1]));
            times.remove(at);
            counts.remove(at);
        }
    }

    /** Takes frames as they come, in parts of any size (RFC 6455, section 5.2). */
    private final class Subscriber {

        private static final int HEAD = 160;

        private final SocketChannel channel;

        /** The answer to the handshake, then a frame's head, and the beginning of a message. */
        private final byte[] head = new byte[HEAD];

        private int headBytes;
        private boolean upgraded;
        private boolean greetedOnce;

        /** Of the frame under way. */
        private long left;

        private boolean last;
        private boolean control;
        private final byte[] text = new byte[HEAD];
        private int textBytes;

        Subscriber(SocketChannel channel) {
            this.channel = channel;
        }

        void read() throws IOException {
            received.clear();
            if (channel.read(received) < 0) {
                throw new IOException("a subscriber was closed");
            }
            received.flip();
            while (received.hasRemaining()) {
                if (!upgraded) {
                    upgrade();
                } else if (left == 0) {
                    frame();
                } else {
                    payload();
                }
            }
        }

        /** Keeps the last four bytes: an empty line ends the answer. */
        private void upgrade() throws IOException {
            System.arraycopy(head, 1, head, 0, 3);
            head[3] = received.get();
            if (head[0] == '\r' && head[1] == '\n' && head[2] == '\r' && head[3] == '\n') {
                upgraded = true;
                send(0x81, AUTHENTICATION);
            }
        }

        private void frame() throws IOException {
            head[headBytes++] = received.get();
            int length = headBytes < 2 ? 0 : head[1] & 0x7f;
            int size = length < 126 ? 2 : length == 126 ? 4 : 10;
            if (headBytes < size) {
                return;
            }
            long payload = length < 126 ? length : 0;
            for (int i = 2; i < size; i++) {
                payload = payload << 8 | head[i] & 0xff;
            }
            headBytes = 0;
            last = head[0] < 0;
            int code = head[0] & 0x0f;
            control = code >= 8;
            if (code == 9) {
                send(0x8a, new byte[0]);
            } else if (code == 8) {
                throw new IOException("a subscriber was sent a farewell");
            }
            left = payload;
        }

        private void payload() {
            int taken = (int) Math.min(left, received.remaining());
            if (!control) {
                int kept = Math.min(taken, HEAD - textBytes);
                received.get(text, textBytes, kept);
                textBytes += kept;
                received.position(received.position() + taken - kept);
            } else {
                received.position(received.position() + taken);
            }
            left -= taken;
            if (left == 0 && last && !control) {
                message(new String(text, 0, textBytes, StandardCharsets.US_ASCII));
                textBytes = 0;
            }
        }

        /** The newest post stands first. */
        private void message(String beginning) {
            int start = beginning.indexOf("\"at\":") + 5;
            long at = Long.parseLong(beginning.substring(start, beginning.indexOf(',', start)));
            if (greetedOnce) {
                received(at);
            } else {
                greetedOnce = true;
                greeted++;
            }
        }

        /** Masked with zeros; shorter than 126 bytes. */
        private void send(int first, byte[] payload) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(6 + payload.length);
            frame.put((byte) first)
                    .put((byte) (0x80 | payload.length))
                    .putInt(0)
                    .put(payload)
                    .flip();
            channel.write(frame);
        }
    }
}
