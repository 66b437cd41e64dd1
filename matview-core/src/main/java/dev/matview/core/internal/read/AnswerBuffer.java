package dev.matview.core.internal.read;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Where an answer is written: never more than a limit of bytes, and what was written last can be taken back. */
final class AnswerBuffer extends OutputStream {

    private byte[] bytes;
    private int size;
    private int limit;

    /** There would be more bytes than the limit. Costs no stack trace. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1L;

        private FullException() {
            super("the answer is full");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** @param capacity how much there will be, about */
    AnswerBuffer(int capacity, int limit) {
        this.bytes = new byte[capacity];
        this.limit = limit;
    }

    @Override
    public void write(int value) throws FullException {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws FullException {
        reserve(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void reserve(int length) throws FullException {
        if (length > limit - size) {
            throw new FullException();
        }
        if (length > bytes.length - size) {
            int doubled = (int) Math.min(limit, 2L * bytes.length);
            bytes = Arrays.copyOf(bytes, Math.max(size + length, doubled));
        }
    }

    int size() {
        return size;
    }

    void limit(int limit) {
        this.limit = limit;
    }

    /** Takes back what was written since there were so many bytes. */
    void cut(int size) {
        this.size = size;
    }

    /** What was written. Not to be written to any more. */
    byte[] toByteArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
