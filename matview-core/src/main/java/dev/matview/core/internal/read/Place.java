package dev.matview.core.internal.read;

import dev.matview.core.internal.view.Generation;
import dev.matview.core.spi.Row;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Where a page ended: the last row that was looked at. Immutable; written into a bookmark in a few bytes. */
public sealed interface Place {

    /** Before the first row. */
    record Start() implements Place {}

    /** A row of a generation, which has it as long as it is kept: whatever the order of a query, the row tells its place. */
    record AtRow(String database, String id) implements Place {}

    /**
     * A row whose names are too long for a bookmark: by its number among all of its generation, which has the same number
     * on every server, and by a hash that says that it is the one.
     */
    record AtNumber(int number, byte[] hash) implements Place {}

    /**
     * A place in what changes: the rows up to a sort key.
     *
     * @param key all of the key; or the beginning of one that is too long for a bookmark, and then
     * @param passed tells how many of the rows whose keys begin so were looked at; else it is -1
     */
    record AtKey(byte[] key, int passed) implements Place {
        public boolean isWhole() {
            return passed < 0;
        }
    }

    Place START = new Start();

    /** Writes a place, and nothing too long for a bookmark. */
    default void write(DataOutputStream out) throws IOException {
        if (this instanceof AtRow row) {
            out.writeByte(1);
            out.writeUTF(row.database());
            out.writeUTF(row.id());
        } else if (this instanceof AtNumber at) {
            out.writeByte(2);
            out.writeInt(at.number());
            out.write(at.hash());
        } else if (this instanceof AtKey at) {
            out.writeByte(3);
            out.writeInt(at.passed());
            out.writeShort(at.key().length);
            out.write(at.key());
        } else {
            out.writeByte(0);
        }
    }

    /** The place of a row of that generation. */
    static Place at(Row row, Generation generation) {
        Place named = new AtRow(row.database(), row.id());
        return named.fits() ? named : new AtNumber(generation.place(row), hash(row));
    }

    private boolean fits() {
        try (DataOutputStream out = new DataOutputStream(OutputStream.nullOutputStream())) {
            write(out);
            return out.size() <= Bookmark.PLACE_BYTES;
        } catch (UTFDataFormatException tooLong) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("nowhere can always be written to", e);
        }
    }

    /** Reads what {@link #write} wrote. */
    static Place read(DataInputStream in) throws IOException {
        return switch (in.readByte()) {
            case 0 -> START;
            case 1 -> new AtRow(in.readUTF(), in.readUTF());
            case 2 -> new AtNumber(in.readInt(), in.readNBytes(HASH_BYTES));
            case 3 -> {
                int passed = in.readInt();
                yield new AtKey(in.readNBytes(in.readUnsignedShort()), passed);
            }
            default -> throw new IOException("no such place");
        };
    }

    /** How many bytes of a hash tell rows apart. */
    int HASH_BYTES = 16;

    /** A hash of a row's identity. */
    static byte[] hash(Row row) {
        byte[] hash = new Hmac.Key(new byte[] {1})
                .hmac()
                .add(row.database())
                .add(row.id())
                .finish();
        return Arrays.copyOf(hash, HASH_BYTES);
    }
}
