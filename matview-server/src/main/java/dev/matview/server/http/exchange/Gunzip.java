package dev.matview.server.http.exchange;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Unpacks gzip (RFC 1952) that is there as a whole, up to a number of bytes. {@link java.util.zip.GZIPInputStream} is not
 * used on what strangers send: it calls itself for each empty member, until the stack ends, and takes garbage after the
 * last member for the end.
 */
final class Gunzip {

    private static final int FIXED_HEADER = 10;
    private static final int TRAILER = 8;

    private static final int HEADER_CRC = 1 << 1;
    private static final int EXTRA = 1 << 2;
    private static final int NAME = 1 << 3;
    private static final int COMMENT = 1 << 4;
    private static final int RESERVED = 0b1110_0000;

    private final byte[] packed;
    private final int limit;
    private final ByteArrayOutputStream unpacked;
    private final byte[] chunk = new byte[8 * 1024];
    private int at;

    private Gunzip(byte[] packed, int limit) {
        this.packed = packed;
        this.limit = limit;
        this.unpacked = new ByteArrayOutputStream(Math.min(limit, 4 * packed.length));
    }

    /**
     * What is packed; where that is more than the limit, its beginning, of more bytes than the limit.
     *
     * @throws ZipException when it is not gzip from the first byte to the last
     */
    static byte[] unpack(byte[] packed, int limit) throws ZipException {
        Gunzip gunzip = new Gunzip(packed, limit);
        Inflater inflater = new Inflater(true);
        try {
            do {
                inflater.reset();
                gunzip.member(inflater);
            } while (gunzip.at < packed.length && gunzip.unpacked.size() <= limit);
        } catch (DataFormatException e) {
            throw new ZipException(e.getMessage());
        } finally {
            inflater.end();
        }
        return gunzip.unpacked.toByteArray();
    }

    private void member(Inflater inflater) throws ZipException, DataFormatException {
        header();
        CRC32 crc = new CRC32();
        inflater.setInput(packed, at, packed.length - at);
        while (!inflater.finished()) {
            int n = inflater.inflate(chunk);
            if (n == 0 && !inflater.finished()) {
                throw new ZipException("it ends early");
            }
            crc.update(chunk, 0, n);
            unpacked.write(chunk, 0, n);
            if (unpacked.size() > limit) {
                return;
            }
        }
        at = packed.length - inflater.getRemaining();
        require(TRAILER);
        boolean whole = fourBytes(at) == (int) crc.getValue() && fourBytes(at + 4) == (int) inflater.getBytesWritten();
        if (!whole) {
            throw new ZipException("its check is wrong");
        }
        at += TRAILER;
    }

    private void header() throws ZipException {
        require(FIXED_HEADER);
        int flags = packed[at + 3];
        boolean gzip =
                packed[at] == 0x1f && packed[at + 1] == (byte) 0x8b && packed[at + 2] == 8 && (flags & RESERVED) == 0;
        if (!gzip) {
            throw new ZipException("it is no gzip");
        }
        at += FIXED_HEADER;
        if ((flags & EXTRA) != 0) {
            require(2);
            at += 2 + Byte.toUnsignedInt(packed[at]) + (Byte.toUnsignedInt(packed[at + 1]) << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            at += 2;
        }
        require(1);
    }

    private void skipText() throws ZipException {
        do {
            require(1);
        } while (packed[at++] != 0);
    }

    private void require(int bytes) throws ZipException {
        if (packed.length - at < bytes) {
            throw new ZipException("it ends early");
        }
    }

    private int fourBytes(int from) {
        return Byte.toUnsignedInt(packed[from])
                | Byte.toUnsignedInt(packed[from + 1]) << 8
                | Byte.toUnsignedInt(packed[from + 2]) << 16
                | Byte.toUnsignedInt(packed[from + 3]) << 24;
    }
}
