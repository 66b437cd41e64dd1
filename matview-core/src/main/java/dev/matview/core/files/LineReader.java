package dev.matview.core.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines without copying them. The buffer grows to the longest line and serves one file after the
 * other. Not thread-safe.
 */
final class LineReader {

    private static final int BUFFER = 64 << 10;
    /** A buffer that grew above this is given up at the next file. */
    private static final int KEPT_BUFFER = 1 << 20;

    private final int maxLine;
    private InputStream in = InputStream.nullInputStream();
    private byte[] buffer = new byte[BUFFER];
    private long left;
    private int start;
    private int end;
    private int next;
    private int filled;

    LineReader(int maxLine) {
        this.maxLine = maxLine;
    }

    /**
     * Begins with another stream; closing it is the caller's.
     *
     * @param size where the stream ends: a file that grows as fast as it is read has no other end
     */
    void open(InputStream stream, long size) {
        in = stream;
        left = size;
        start = end = next = filled = 0;
        if (buffer.length > KEPT_BUFFER) {
            buffer = new byte[BUFFER];
        }
    }

    /**
     * Moves to the next line; false at the end of the stream.
     *
     * @throws LineTooLongException when the line is longer than the longest allowed
     */
    boolean next() throws IOException {
        start = next;
        int scanned = start;
        while (true) {
            for (int i = scanned; i < filled; i++) {
                if (buffer[i] == '\n') {
                    requireAllowed(i - start);
                    end = i;
                    next = i + 1;
                    return true;
                }
            }
            int length = filled - start;
            requireAllowed(length);
            makeRoom();
            scanned = start + length;
            int room = (int) Math.min(left, buffer.length - filled);
            int read = room == 0 ? -1 : in.read(buffer, filled, room);
            if (read < 0) {
                end = next = filled;
                return length > 0;
            }
            filled += read;
            left -= read;
        }
    }

    private void requireAllowed(int length) throws LineTooLongException {
        if (length > maxLine) {
            throw new LineTooLongException();
        }
    }

    private void makeRoom() {
        if (filled < buffer.length) {
            return;
        }
        if (start == 0) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
            return;
        }
        System.arraycopy(buffer, start, buffer, 0, filled - start);
        filled -= start;
        start = 0;
    }

    /** Where the line is; valid until the next call of {@link #next()}. */
    byte[] bytes() {
        return buffer;
    }

    int offset() {
        return start;
    }

    int length() {
        return end - start;
    }

    static final class LineTooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
