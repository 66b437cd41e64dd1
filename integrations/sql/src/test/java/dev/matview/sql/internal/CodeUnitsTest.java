package dev.matview.sql.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class CodeUnitsTest {

    /** All that a string can hold, halves of characters too, in the order of strings. */
    @Property
    void stringsComeBackAndTheirBytesAreOrderedAsTheyAre(
            @ForAll @CharRange(from = 0, to = '\uffff') @StringLength(max = 5) String one,
            @ForAll @CharRange(from = 0, to = '\uffff') @StringLength(max = 5) String other) {
        assertThat(CodeUnits.decode(CodeUnits.encode(one))).isEqualTo(one);
        assertThat(Integer.signum(Arrays.compareUnsigned(CodeUnits.encode(one), CodeUnits.encode(other))))
                .isEqualTo(Integer.signum(one.compareTo(other)));
    }

    @Test
    void asciiIsOneByteACharacter() {
        assertThat(CodeUnits.encode("userdb-1\u0000"))
                .isEqualTo(new byte[] {'u', 's', 'e', 'r', 'd', 'b', '-', '1', 0});
    }
}
