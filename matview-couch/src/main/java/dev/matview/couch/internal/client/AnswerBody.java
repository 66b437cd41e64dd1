package dev.matview.couch.internal.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an answer as it comes: tells the deadline what it brings, and ends where no answer of this kind ends. Not
 * thread-safe.
 */
public final class AnswerBody extends FilterInputStream {

    /** What may follow the JSON of an answer: a line end, mostly. */
    private static final int MAX_AFTER = 1 << 10;

    private final ExchangeDeadline deadline;
    private final long most;
    private long received;

    /** @param most how many bytes the body may have */
    public AnswerBody(InputStream in, ExchangeDeadline deadline, long most) {
        super(in);
        this.deadline = deadline;
        this.most = most;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        if (count > 0) {
            received += count;
            deadline.received(count);
            WrongAnswerException.unless(received <= most, "an answer of more than " + most + " bytes");
        }
        return count;
    }

    /** Nothing: to close an answer is to read all that is left of it. */
    @Override
    public void close() {}

    /** Reads to the end, before which there is nothing any more that counts. */
    public static void end(InputStream body) throws IOException {
        int after = 0;
        for (int next = body.read(); next >= 0; next = body.read()) {
            boolean space = next == ' ' || next == '\n' || next == '\r' || next == '\t';
            WrongAnswerException.unless(space && ++after <= MAX_AFTER, "an answer that goes on behind its end");
        }
    }
}
