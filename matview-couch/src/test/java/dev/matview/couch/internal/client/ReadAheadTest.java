package dev.matview.couch.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadAheadTest {

    /** Gives chunks of at most so many bytes, and breaks at the end if it is told to. */
    private static InputStream chunks(byte[] bytes, int size, boolean breaks) {
        InputStream in = new ByteArrayInputStream(bytes);
        return new InputStream() {
            @Override
            public int read() {
                throw new UnsupportedOperationException("one by one");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = in.read(buffer, offset, Math.min(size, length));
                if (count < 0 && breaks) {
                    throw new IOException("broken");
                }
                return count;
            }
        };
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void allBytesArriveInTheirOrder() throws IOException {
        for (int size : new int[] {0, 1, 700, 32 << 10, (32 << 10) + 1, 200_000}) {
            assertThat(new ReadAhead(chunks(bytes(size), 501, false)).readAllBytes())
                    .isEqualTo(bytes(size));
        }
    }

    @Test
    void bytesCanBeReadOneByOne() throws IOException {
        ReadAhead in = new ReadAhead(chunks(new byte[] {1, -1}, 1, false));

        assertThat(new int[] {in.read(), in.read(), in.read(), in.read()}).containsExactly(1, 255, -1, -1);
    }

    @Test
    void whatCameBeforeTheStreamBrokeIsGivenFirst() throws IOException {
        ReadAhead in = new ReadAhead(chunks(bytes(40_000), 501, true));

        assertThat(in.readNBytes(40_000)).isEqualTo(bytes(40_000));
        assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("broken");
        assertThatThrownBy(() -> in.read(new byte[10])).isInstanceOf(IOException.class);
    }
}
