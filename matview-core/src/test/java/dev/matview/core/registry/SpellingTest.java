package dev.matview.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

    private static final List<String> KNOWN = List.of("r", "delta", "since", "collection", "maxCacheAge", "skip");

    @ParameterizedTest
    @CsvSource({
        "delt, delta",
        "dleta, delta",
        "skpi, skip",
        "tedla, ",
        "Delta, delta",
        "deltas, delta",
        "sinse, since",
        "maxcacheage, maxCacheAge",
        "max_cache_age, maxCacheAge",
        "colection, collection",
        "ski, skip",
        "s, ",
        "'', ",
        "x, ",
        "R, r",
        "anythingElse, ",
    })
    void theNearestKeyWasProbablyMeant(String key, String nearest) {
        assertThat(Spelling.nearest(key, KNOWN).orElse(null)).isEqualTo(nearest);
    }

    @Test
    void nobodyMeansAnythingByAnEndlessKey() {
        assertThat(Spelling.nearest("d".repeat(1_000_000), KNOWN)).isEmpty();
    }
}
