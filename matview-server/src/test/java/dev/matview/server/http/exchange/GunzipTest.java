package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;

public class GunzipTest {

    private static final int LIMIT = 1 << 20;

    public static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packed.toByteArray();
    }

    private static byte[] gzip(String text) {
        return gzip(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static String unpack(byte[] packed) throws ZipException {
        return new String(Gunzip.unpack(packed, LIMIT), StandardCharsets.UTF_8);
    }

    @Test
    void oneMemberOrManyAreUnpacked() throws ZipException {
        assertThat(unpack(gzip("{\"a\":1}"))).isEqualTo("{\"a\":1}");
        assertThat(unpack(join(gzip("{\"a\""), gzip(""), gzip(":1}")))).isEqualTo("{\"a\":1}");
        assertThat(unpack(gzip(""))).isEmpty();
    }

    @Test
    void everyHeaderOfRfc1952IsPassedOver() throws ZipException {
        byte[] plain = gzip("text");
        byte[] header = Arrays.copyOf(plain, 10);
        byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);
        header[3] = 0b1_1110;
        byte[] extra = {3, 0, 'a', 'b', 'c'};
        byte[] name = "name\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] comment = "\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] check = {0, 0};

        assertThat(unpack(join(header, extra, name, comment, check, rest))).isEqualTo("text");
    }

    @Test
    void whatEndsEarlyOrGoesOnIsRefused() {
        byte[] packed = gzip("some text that is long enough to be worth packing, text, text, text");
        for (int end = 0; end < packed.length; end++) {
            byte[] early = Arrays.copyOf(packed, end);
            assertThatThrownBy(() -> unpack(early)).as("%s bytes", end).isInstanceOf(ZipException.class);
        }
        for (byte[] more : new byte[][] {{0}, {'x', 'x'}, Arrays.copyOf(packed, 10), new byte[40]}) {
            assertThatThrownBy(() -> unpack(join(packed, more))).isInstanceOf(ZipException.class);
        }
    }

    @Test
    void aFlippedBitIsNoticed() {
        byte[] packed = gzip("some text");
        for (int i = 0; i < packed.length; i++) {
            byte[] broken = packed.clone();
            broken[i] ^= 1;
            // The time, the flags for "text" and "fastest", and the system say nothing of the content.
            boolean telling = i < 3 || i >= 10;
            if (telling) {
                assertThatThrownBy(() -> unpack(broken)).as("byte %s", i).isInstanceOf(ZipException.class);
            }
        }
    }

    @Test
    void aBombIsUnpackedNoFurtherThanTheLimit() throws ZipException {
        byte[] bomb = gzip(new byte[200 << 20]);

        assertThat(Gunzip.unpack(bomb, LIMIT)).hasSizeBetween(LIMIT + 1, LIMIT + 8 * 1024);
        assertThat(Gunzip.unpack(gzip(new byte[LIMIT]), LIMIT)).hasSize(LIMIT);
    }

    /** Java's own stream calls itself for each, until the stack ends. */
    @Test
    void membersWithoutContentCostNoStack() throws ZipException {
        byte[] empty = gzip("");
        byte[] many = new byte[empty.length * (LIMIT / empty.length)];
        for (int at = 0; at < many.length; at += empty.length) {
            System.arraycopy(empty, 0, many, at, empty.length);
        }

        assertThat(unpack(many)).isEmpty();
    }

    @Test
    void theCheckIsOfEachMember() {
        byte[] packed = gzip("a");
        CRC32 crc = new CRC32();
        crc.update("b".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 4; i++) {
            packed[packed.length - 8 + i] = (byte) (crc.getValue() >>> 8 * i);
        }

        assertThatThrownBy(() -> unpack(join(gzip("x"), packed))).isInstanceOf(ZipException.class);
    }
}
