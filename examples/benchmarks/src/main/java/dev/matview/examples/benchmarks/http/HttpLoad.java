package dev.matview.examples.benchmarks.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The JVM of the clients. Each has a connection, and asks again as soon as it has been answered; one thread serves them all,
 * and does no more with an answer than find its end, so that the machine is the server's. It obeys lines on standard input:
 *
 * <pre>
 * ask PORT CONNECTIONS MILLIS     → answered COUNT NANOS P50_MICROS P99_MICROS BYTES
 * </pre>
 */
final class HttpLoad {

    private static final byte[] REQUEST = ("POST /data/posts/query?global=true HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            .getBytes(StandardCharsets.US_ASCII);

    /** An answer that has not come by then does not come. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(256 * 1024);
    private final byte[] head = new byte[2048];
    private final Latencies latencies = new Latencies();
    private long bytes;

    private HttpLoad() throws IOException {
        selector = Selector.open();
    }

    public static void main(String[] args) throws IOException {
        HttpLoad load = new HttpLoad();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            System.out.println(
                    load.ask(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3])));
        }
    }

    private String ask(int port, int connections, long millis) throws IOException {
        latencies.clear();
        bytes = 0;
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(server);
            channel.configureBlocking(false);
            Client client = new Client(channel);
            channel.register(selector, SelectionKey.OP_READ, client);
            client.ask();
        }
        long begin = System.nanoTime();
        long end = begin + millis * 1_000_000;
        int open = connections;
        while (open > 0) {
            selector.select(1_000);
            long now = System.nanoTime();
            if (now > end + PATIENCE_NANOS) {
                throw new IOException(open + " requests were not answered");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                if (((Client) key.attachment()).read(end)) {
                    key.channel().close();
                    open--;
                }
            }
            selector.selectedKeys().clear();
        }
        selector.selectNow();
        return "answered %d %d %d %d %d"
                .formatted(
                        latencies.count(),
                        System.nanoTime() - begin,
                        latencies.quantile(0.5),
                        latencies.quantile(0.99),
                        bytes);
    }

    private final class Client {
        private final SocketChannel channel;
        private final ByteBuffer request = ByteBuffer.wrap(REQUEST);
        private long asked;

        /** Of the body; below zero while the head comes. */
        private long left = -1;

        private int headBytes;

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        void ask() throws IOException {
            asked = System.nanoTime();
            left = -1;
            headBytes = 0;
            channel.write(request.rewind());
            if (request.hasRemaining()) {
                throw new IOException("the server does not take a request");
            }
        }

        /** Says whether it has its last answer. */
        boolean read(long end) throws IOException {
            received.clear();
            int n = channel.read(received);
            if (n < 0) {
                throw new IOException("the server has closed a connection");
            }
            bytes += n;
            received.flip();
            if (left < 0) {
                readHead();
            }
            if (left >= 0) {
                left -= received.remaining();
                if (left < 0) {
                    throw new IOException("more than one answer");
                }
                if (left == 0) {
                    long now = System.nanoTime();
                    latencies.add(now - asked);
                    if (now >= end) {
                        return true;
                    }
                    ask();
                }
            }
            return false;
        }

        private void readHead() throws IOException {
            while (received.hasRemaining()) {
                byte next = received.get();
                if (headBytes == head.length) {
                    throw new IOException("an answer has too long a head");
                }
                head[headBytes++] = next;
                if (next == '\n' && headBytes > 3 && head[headBytes - 3] == '\n') {
                    left = length(new String(head, 0, headBytes, StandardCharsets.US_ASCII));
                    return;
                }
            }
            if (received.limit() > 0 && headBytes > 0) {
                throw new IOException("a head came in parts");
            }
        }

        private static long length(String head) throws IOException {
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IOException(
                        "the answer is " + head.lines().findFirst().orElse(""));
            }
            String lower = head.toLowerCase(Locale.ROOT);
            int at = lower.indexOf("\r\ncontent-length:") + 17;
            return Long.parseLong(lower.substring(at, lower.indexOf('\r', at)).strip());
        }
    }
}
