package dev.matview.core.internal.position;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.internal.position.PositionCodec.Stem;
import dev.matview.core.spi.Position;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the positions of a cluster's databases have alike is held once. */
class PositionStemsTest {

    private final Random random = new Random(1);
    private final PositionStems stems = new PositionStems();
    private final Set<Stem> found = Collections.newSetFromMap(new IdentityHashMap<>());

    /** As CouchDB says it of databases of two shards: the size of what follows is in it, and then what all have alike. */
    private Position position(int kind, String purgeSeq) {
        byte[] opaque = new byte[91];
        random.nextBytes(opaque);
        Arrays.fill(opaque, 0, 51, (byte) 7);
        opaque[5] = (byte) kind;
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(opaque);
        return new Position(random.nextInt(1_000) + "-" + text, purgeSeq, "1700000000");
    }

    private int bytes(Position position, Stem stem) {
        found.add(stem);
        assertThat(PositionCodec.decode(PositionCodec.encode(position, stem), stem))
                .isEqualTo(position);
        return PositionCodec.encode(position, stem).length;
    }

    @Test
    void whatIsAlikeIsHeldOnceHoweverManyThereAre() {
        int bytes = 0;
        for (int i = 0; i < 10_000; i++) {
            Position position = position(Math.max(0, random.nextInt(10) - 7), String.valueOf("0-abc".toCharArray()));
            bytes += bytes(position, stems.of(position, null));
        }

        assertThat(bytes / 10_000).isLessThan(60);
        assertThat(found).hasSizeLessThan(20);
        assertThat(found.stream()
                        .map(Stem::purgeSeq)
                        .map(System::identityHashCode)
                        .distinct())
                .hasSize(1);
    }

    @Test
    void aPositionThatBeginsOtherwiseLeavesTheStemOfItsSlice() {
        Position first = position(0, "0");
        Stem before = new Stem("0", Arrays.copyOf(PositionCodec.opaque(first.updateSeq()), 51));

        assertThat(stems.of(position(0, "0"), before)).isSameAs(before);
        assertThat(stems.of(position(0, "1"), before)).isNotSameAs(before);
        Position other = position(1, "0");
        assertThat(bytes(other, stems.of(other, before))).isGreaterThan(90);
    }

    @Test
    void howManyAreKnownIsBounded() {
        for (int i = 0; i < 5_000; i++) {
            stems.know(new Stem("purge-" + i, new byte[0]));
            stems.know(new Stem("0", new byte[i % 100]));
        }

        Position late = new Position("1-AAAA", "purge-4999", "0");
        assertThat(stems.of(late, null).purgeSeq()).isEqualTo("purge-4999");
        assertThat(stems.known()).isLessThan(1_100);
    }
}
