package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Page;
import dev.matview.core.Settings;
import org.junit.jupiter.api.Test;

class CompressedPagesTest {

    @Test
    void eachLookIsCountedOnce() {
        CompressedPages pages = new CompressedPages();
        Page page = SomePage.of(Settings.defaults(), "x".repeat(2_000));

        assertThat(pages.known(page)).isNull();
        byte[] compressed = pages.of(page);

        assertThat(pages.cache().stats().missCount()).isEqualTo(1);
        assertThat(pages.cache().stats().hitCount()).isZero();
        assertThat(pages.known(page)).isSameAs(compressed);
        assertThat(pages.cache().stats().missCount()).isEqualTo(1);
        assertThat(pages.cache().stats().hitCount()).isEqualTo(1);
    }
}
