package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.StoreSecret;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SealTest {

    private static final byte[] SECRET = StoreSecret.random().seal();
    private static final byte[] HEADER = {1, 2, 3};

    @Property(tries = 1_000)
    void whatASealClosedItOpens(@ForAll byte[] content) {
        byte[] closed = new Seal(SECRET).close(HEADER, content);

        assertThat(closed).hasSize(content.length + Seal.OVERHEAD);
        assertThat(new Seal(SECRET).open(HEADER, closed))
                .hasValueSatisfying(opened -> assertThat(opened).isEqualTo(content));
    }

    @Test
    void oneChangedBitIsNoticedWhereverItIs() {
        Seal seal = new Seal(SECRET);
        byte[] closed = seal.close(HEADER, new byte[40]);
        for (int bit = 0; bit < 8 * closed.length; bit++) {
            byte[] changed = closed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(seal.open(HEADER, changed)).as("bit " + bit).isEmpty();
        }
        assertThat(seal.open(new byte[] {1, 2, 4}, closed)).isEmpty();
        assertThat(seal.open(HEADER, new byte[5])).isEmpty();
    }

    @Test
    void anotherSecretHasAnotherNameAndOpensNothing() {
        Seal other = new Seal(StoreSecret.random().seal());
        Seal seal = new Seal(SECRET);

        assertThat(other.name()).isNotEqualTo(seal.name());
        assertThat(other.open(HEADER, seal.close(HEADER, new byte[9]))).isEmpty();
    }

    /** A nonce for two contents would give both away; one for one content closes it the same on every server. */
    @Test
    void eachContentHasItsOwnNonceAndEachNonceOneContent() {
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] closed = new Seal(SECRET).close(HEADER, new byte[] {(byte) i, (byte) (i >> 8)});
            assertThat(nonces.add(java.util.Arrays.toString(java.util.Arrays.copyOf(closed, 12))))
                    .isTrue();
        }
        assertThat(new Seal(SECRET).close(HEADER, new byte[9])).isEqualTo(new Seal(SECRET).close(HEADER, new byte[9]));
    }
}
