package dev.matview.sql.internal;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table, in PostgreSQL's binary form of COPY. Sent in portions, each within the time that a statement
 * may take. Not thread-safe; the connection is in a transaction.
 */
final class BinaryCopy {

    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    /** What one COPY takes at most, but for the row that goes beyond it. */
    private static final int PORTION_BYTES = 4 << 20;

    private static final int PORTION_ROWS = 10_000;

    private final PGConnection connection;
    private final String into;
    private final int columns;

    private byte[] buffer = new byte[64 << 10];
    private int length;
    private int rows;

    /** @param into the table with its columns in parentheses */
    BinaryCopy(Connection connection, String into, int columns) throws SQLException {
        this.connection = connection.unwrap(PGConnection.class);
        this.into = into;
        this.columns = columns;
        begin();
    }

    private void begin() {
        System.arraycopy(SIGNATURE, 0, buffer, 0, SIGNATURE.length);
        length = SIGNATURE.length;
        rows = 0;
    }

    void row() throws SQLException {
        if (length > PORTION_BYTES || rows == PORTION_ROWS) {
            flush();
        }
        rows++;
        room(Short.BYTES);
        number(columns, Short.BYTES);
    }

    void number(long value) {
        room(Integer.BYTES + Long.BYTES);
        number(Long.BYTES, Integer.BYTES);
        number(value, Long.BYTES);
    }

    void bytes(byte @Nullable [] value) {
        room(Integer.BYTES + (value == null ? 0 : value.length));
        number(value == null ? -1 : value.length, Integer.BYTES);
        if (value != null) {
            System.arraycopy(value, 0, buffer, length, value.length);
            length += value.length;
        }
    }

    /** @param value in ASCII */
    void text(@Nullable String value) {
        bytes(value == null ? null : value.getBytes(StandardCharsets.US_ASCII));
    }

    private void room(int bytes) {
        long needed = (long) length + bytes;
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * buffer.length)));
        }
    }

    private void number(long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >> shift);
        }
    }

    /** Sends what was added since the last time. */
    void flush() throws SQLException {
        if (rows == 0) {
            return;
        }
        room(Short.BYTES);
        number(-1, Short.BYTES);
        CopyIn copy = connection.getCopyAPI().copyIn("copy " + into + " from stdin (format binary)");
        try {
            copy.writeToCopy(buffer, 0, length);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        begin();
    }
}
