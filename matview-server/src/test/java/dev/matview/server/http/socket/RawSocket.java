package dev.matview.server.http.socket;

import dev.matview.server.http.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client of WebSockets that sends the frames it is told to, well-formed or not. */
final class RawSocket implements AutoCloseable {

    static final int TEXT = 0x1;
    static final int CONTINUATION = 0x0;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int FIN = 0x80;
    private static final byte[] MASK = {1, 2, 3, 4};

    private final RawClient client;

    private RawSocket(RawClient client) {
        this.client = client;
    }

    /** A frame as it came. */
    record Received(int opcode, byte[] payload) {

        int closeCode() {
            return ByteBuffer.wrap(payload).getShort() & 0xffff;
        }

        String closeReason() {
            return new String(Arrays.copyOfRange(payload, 2, payload.length), StandardCharsets.UTF_8);
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    static RawSocket open(int port, String path) throws IOException {
        return open("127.0.0.1", port, path);
    }

    /** From an address of this machine. */
    static RawSocket open(String from, int port, String path) throws IOException {
        RawClient client = RawClient.connect(from, "127.0.0.1", port);
        client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        String status = client.statusLine();
        if (!status.startsWith("HTTP/1.1 101 ")) {
            client.close();
            throw new IOException(status);
        }
        int lineFeeds = 0;
        while (lineFeeds < 2) {
            int b = client.in().read();
            lineFeeds = b == '\n' ? lineFeeds + 1 : b == '\r' ? lineFeeds : 0;
        }
        return new RawSocket(client);
    }

    /** A frame with a mask, as clients send them. */
    static byte[] frame(int first, byte[] payload) {
        return frame(first, payload.length, payload);
    }

    /** One that says it is longer than it is. */
    static byte[] frame(int first, long length, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        if (length < 126) {
            bytes.write(0x80 | (int) length);
        } else if (length < 0x10000) {
            bytes.write(0x80 | 126);
            bytes.writeBytes(ByteBuffer.allocate(2).putShort((short) length).array());
        } else {
            bytes.write(0x80 | 127);
            bytes.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
        }
        bytes.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            bytes.write(payload[i] ^ MASK[i % 4]);
        }
        return bytes.toByteArray();
    }

    static byte[] text(String text) {
        return frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    RawSocket send(byte[] bytes) throws IOException {
        client.send(bytes);
        return this;
    }

    /** The next frame. Those of the server have no mask. */
    Received next() throws IOException {
        DataInputStream in = new DataInputStream(client.in());
        int opcode = in.readUnsignedByte() & 0x0f;
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Received(opcode, payload);
    }

    /** The frame with which the server closes, whatever comes before it. */
    Received farewell() throws IOException {
        Received frame = next();
        while (frame.opcode() != CLOSE) {
            frame = next();
        }
        return frame;
    }

    boolean isClosedByServer() {
        return client.isClosedByServer();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
