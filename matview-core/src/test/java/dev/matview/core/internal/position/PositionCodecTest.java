package dev.matview.core.internal.position;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.internal.position.PositionCodec.Stem;
import dev.matview.core.spi.Position;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PositionCodecTest {

    private static final String COUCHDB_3 =
            "5-g1AAAACbeJzLYWBgYMpgTmHgz8tPSTV0MDQy1zMAQsMckEQiQ1L9____szKYE5lygQLsZsYGqamWBthUY9WdxwIkGRqA1H80kwxTTFNTk5KyAJGSKSI";

    private static final Stem NO_STEM = new Stem("0", new byte[0]);
    private static final byte[] START = Arrays.copyOf(PositionCodec.opaque(COUCHDB_3), 40);
    private static final byte[] OTHER_START = Arrays.copyOf(START, 41);

    @Provide
    Arbitrary<String> strings() {
        return Arbitraries.oneOf(
                Arbitraries.strings(),
                Arbitraries.strings().withCharRange('0', '9'),
                Arbitraries.strings().withChars("0123-g1AAAAC_=+/ é\ud83d\ude00\ud83d"),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.strings().alpha().numeric().withChars("-_").map(tail -> "17-" + tail),
                Arbitraries.of("", "0", "-", "0-", "00", "007-aaaa", "1-AAAB", "1-AB", "1-AA", COUCHDB_3));
    }

    @Property
    void aPositionIsReadAsItWasWhateverItSays(
            @ForAll("strings") String updateSeq,
            @ForAll("strings") String purgeSeq,
            @ForAll("strings") String instance) {
        Position position = new Position(updateSeq, purgeSeq, instance);

        for (byte[] opaque : List.of(new byte[0], new byte[] {0}, START, OTHER_START)) {
            Stem stem = new Stem(purgeSeq, opaque);
            assertThat(PositionCodec.decode(PositionCodec.encode(position, stem), stem))
                    .isEqualTo(position);
        }
    }

    @Test
    void whatCouchDbSaysTakesThreeQuarters() {
        Position position = new Position(COUCHDB_3, "0", "1700000000");

        int bytes = PositionCodec.encode(position, NO_STEM).length;

        assertThat(bytes).isLessThan((COUCHDB_3.length() + 10) * 3 / 4 + 1);
    }

    @Test
    void differentPositionsAreKeptAsDifferentBytes() {
        assertThat(Stream.of("1-AA", "1-AB", "1-AAAA", "01-AAAA", "1", "01")
                        .map(seq -> Arrays.toString(PositionCodec.encode(new Position(seq, "0", "1"), NO_STEM))))
                .doesNotHaveDuplicates();
    }
}
