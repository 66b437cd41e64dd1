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
    private boolean cut;

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
        cut = false;
        if (buffer.length > KEPT_BUFFER) {
            buffer = new byte[BUFFER];
        }
    }

    /**
     * Moves to the next line; false at the end of the stream. Of a line that is longer than the longest allowed there is
     * the beginning only, see {@link #isCut}.
     */
    boolean next() throws IOException {
        start = next;
        cut = false;
        int scanned = start;
        while (true) {
            int newline = newline(scanned);
            if (newline >= 0) {
                end = newline;
                next = newline + 1;
                cut = end - start > maxLine;
                end = Math.min(end, start + maxLine);
                return true;
            }
            if (filled - start > maxLine) {
                cut = true;
                end = start + maxLine;
                skipLine();
                return true;
            }
            makeRoom();
            scanned = filled;
            if (!fill()) {
                end = next = filled;
                return end > start;
            }
        }
    }

    private int newline(int from) {
        for (int i = from; i < filled; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean fill() throws IOException {
        int room = (int) Math.min(left, buffer.length - filled);
        int read = room == 0 ? -1 : in.read(buffer, filled, room);
        if (read < 0) {
            return false;
        }
        filled += read;
        left -= read;
        return true;
    }

    /** Goes to the end of the line, of which the beginning is kept. */
    private void skipLine() throws IOException {
        int length = end - start;
        do {
            filled = start + length;
            makeRoom();
            end = start + length;
            if (!fill()) {
                next = filled;
                return;
            }
            next = newline(end) + 1;
        } while (next == 0);
    }

    /** Whether the line is longer than the longest allowed. */
    boolean isCut() {
        return cut;
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
}
