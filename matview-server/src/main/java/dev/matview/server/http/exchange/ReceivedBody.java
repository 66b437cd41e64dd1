package dev.matview.server.http.exchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import javax.servlet.ReadListener;
import javax.servlet.ServletInputStream;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, taken from the client as it comes, without waiting; when all has come it can be read, or fails as
 * the reading of it has failed. No more of it is kept than one byte above the bound, which tells that it is too large; what
 * follows is thrown away, as a client that is still sending would not read the answer. Used by one thread after the other.
 */
final class ReceivedBody extends ServletInputStream {

    private static final int MAX_DISCARDED_BYTES = 8 << 20;

    private final int maxBytes;
    private final Kept kept = new Kept();
    private long received;
    private @Nullable Throwable failure;
    private int position;

    ReceivedBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes what there is. Says whether nothing more is to be taken. */
    boolean takeFrom(Content.Source source) {
        while (true) {
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                return false;
            }
            if (Content.Chunk.isFailure(chunk)) {
                fail(chunk.getFailure());
                return true;
            }
            take(chunk.getByteBuffer());
            boolean last = chunk.isLast();
            chunk.release();
            if (last || received > MAX_DISCARDED_BYTES) {
                return true;
            }
        }
    }

    private void take(ByteBuffer part) {
        received += part.remaining();
        byte[] added = new byte[Math.min(part.remaining(), maxBytes + 1 - kept.size())];
        part.get(added);
        kept.writeBytes(added);
    }

    /** It is not received: whoever reads it is told why. */
    void fail(Throwable cause) {
        failure = cause instanceof TimeoutException
                ? new HttpException.RuntimeException(HttpStatus.REQUEST_TIMEOUT_408, cause)
                : cause;
    }

    /**
     * All of it, as it came.
     *
     * @throws IOException when it was not received
     */
    byte[] bytes() throws IOException {
        throwFailure();
        return kept.toByteArray();
    }

    /** How much memory it takes, in bytes. */
    int size() {
        return kept.size();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        throwFailure();
        if (position == kept.size()) {
            return -1;
        }
        int n = Math.min(length, kept.size() - position);
        kept.copy(position, target, offset, n);
        position += n;
        return n;
    }

    private void throwFailure() throws IOException {
        Throwable cause = failure;
        if (cause instanceof HttpException.RuntimeException refused) {
            throw refused;
        }
        if (cause != null) {
            throw new IOException("the body was not received", cause);
        }
    }

    @Override
    public boolean isFinished() {
        return position == kept.size();
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
        throw new IllegalStateException("all of it is here");
    }

    /** Bytes that are read where they are kept. */
    private static final class Kept extends ByteArrayOutputStream {

        Kept() {
            super(0);
        }

        void copy(int from, byte[] target, int offset, int length) {
            System.arraycopy(buf, from, target, offset, length);
        }
    }
}
