package dev.matview.server.http.socket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of a WebSocket on this machine, which reads all it is sent, or nothing before it is told to. */
public final class SocketClient implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private volatile String closeReason = "";
    private final StringBuilder parts = new StringBuilder();
    private final boolean reads;
    private WebSocket socket;

    private SocketClient(boolean reads) {
        this.reads = reads;
    }

    /** Opens a socket, with headers as name and value in turn. */
    public static SocketClient open(int port, String path, String... headers) {
        return open(new SocketClient(true), port, path, headers);
    }

    public static SocketClient openWithoutReading(int port, String path) {
        return open(new SocketClient(false), port, path);
    }

    private static SocketClient open(SocketClient client, int port, String path, String... headers) {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(30));
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        client.socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + port + path), client)
                .join();
        return client;
    }

    public SocketClient send(String message) {
        socket.sendText(message, true).join();
        return this;
    }

    /** Sends the authentication message; the query is JSON with single quotes. */
    public SocketClient authenticate(String token, String query) {
        return send("{\"type\":\"auth\",\"token\":\"" + token + "\",\"query\":" + query.replace('\'', '"') + "}");
    }

    /** Sends a part of a message that goes on. */
    SocketClient sendPart(String part) {
        socket.sendText(part, false).join();
        return this;
    }

    void sendBinary(byte[] bytes) {
        socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true).join();
    }

    /** Begins to read. */
    void read() {
        socket.request(Long.MAX_VALUE);
    }

    /** The next message. */
    public JsonNode next() throws InterruptedException {
        String message = messages.poll(30, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came; closed: " + closed);
        }
        try {
            return MAPPER.readTree(message);
        } catch (JsonProcessingException e) {
            throw new AssertionError(message, e);
        }
    }

    /** Whether the server has closed the socket, or it was lost. */
    public boolean isClosed() {
        return closed.isDone();
    }

    boolean hasMessage() {
        return !messages.isEmpty();
    }

    /** The code that the server closes with. */
    public int closeCode() throws Exception {
        return closed.get(30, TimeUnit.SECONDS);
    }

    /** The reason that the server closes with. */
    String closeReason() throws Exception {
        closeCode();
        return closeReason;
    }

    @Override
    public void onOpen(WebSocket opened) {
        if (reads) {
            opened.request(Long.MAX_VALUE);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        parts.append(part);
        if (last) {
            messages.add(parts.toString());
            parts.setLength(0);
        }
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closeReason = reason;
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.completeExceptionally(error);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
