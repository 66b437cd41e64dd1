package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SeedTest {

    @Test
    void whereNobodySaysAnythingItIsTheSameEachTime() {
        assertThat(Seed.choose("")).isEqualTo(Seed.choose(""));
    }

    @Test
    void aNumberIsTheSeed() {
        assertThat(Seed.choose("-7")).isEqualTo(-7);
    }

    @Test
    void anySeedIsHardlyEverTheSame() {
        assertThat(Seed.choose("random")).isNotEqualTo(Seed.choose("random"));
    }

    @Test
    void whatIsNoSeedIsRefused() {
        assertThatThrownBy(() -> Seed.choose("7.5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("matview.seed");
    }

    @Test
    void sequencesBeginDifferentlyAndEachAsItDidBefore() {
        assertThat(Seed.random(1).nextLong())
                .isEqualTo(Seed.random(1).nextLong())
                .isNotEqualTo(Seed.random(2).nextLong());
    }
}
