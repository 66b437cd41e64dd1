package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Query;
import dev.matview.core.Settings;
import org.junit.jupiter.api.Test;

class WarningsTest {

    private final Settings settings = Settings.builder().maxPageSize(500).build();

    @Test
    void aLimitAboveTheLargestPageIsTold() {
        assertThat(Warnings.ofLimit(settings, Query.all())).isNull();
        assertThat(Warnings.ofLimit(settings, Query.builder().limit(500).build()))
                .isNull();
        assertThat(Warnings.ofLimit(settings, Query.builder().limit(501).build()))
                .isEqualTo("The limit of 501 is above the largest page, which has 500 rows; the bookmark leads to the"
                        + " next.");
    }

    @Test
    void severalAreALineEach() {
        assertThat(Warnings.all(null, null)).isNull();
        assertThat(Warnings.all(null, "a")).isEqualTo("a");
        assertThat(Warnings.all("a", null, "b")).isEqualTo("a\nb");
    }
}
