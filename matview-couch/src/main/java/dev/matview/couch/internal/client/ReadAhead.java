package dev.matview.couch.internal.client;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Fills its buffer before it gives anything away. CouchDB sends each row of an answer as a chunk of its own; where a
 * parser asks for every chunk by itself, the JVM spends long on compiling the HTTP client into each of the parser's
 * methods. What arrived before the stream broke is given away first, other than by the JDK's streams. Not thread-safe.
 */
public final class ReadAhead extends InputStream {

    private static final int SIZE = 32 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[SIZE];
    private int next;
    private int end;
    private boolean ended;
    private @Nullable IOException broken;

    public ReadAhead(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        return next < end || fill() ? buffer[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (next >= end && !fill()) {
            return -1;
        }
        int count = Math.min(length, end - next);
        System.arraycopy(buffer, next, bytes, offset, count);
        next += count;
        return count;
    }

    @Override
    public int available() {
        return end - next;
    }

    /** @return false at the end of the stream */
    private boolean fill() throws IOException {
        next = 0;
        end = 0;
        while (end < SIZE && !ended && broken == null) {
            try {
                int count = in.read(buffer, end, SIZE - end);
                ended = count < 0;
                end += Math.max(count, 0);
            } catch (IOException e) {
                broken = e;
            }
        }
        if (end == 0 && broken != null) {
            throw broken;
        }
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
