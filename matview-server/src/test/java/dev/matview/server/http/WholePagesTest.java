package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Page;
import dev.matview.core.Settings;
import dev.matview.server.push.PageJson;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A small page is sent in one piece, the same for all; a large one in parts, and not kept. */
class WholePagesTest {

    private final WholePages pages = new WholePages();

    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Test
    void allWhoAreShownOnePageAreSentOneArray() {
        Page page = SomePage.of(Settings.defaults(), "hello");

        List<byte[]> first = pages.of(page);

        assertThat(first).hasSize(1);
        assertThat(first.get(0)).isEqualTo(PageJson.whole(page));
        assertThat(pages.of(page)).isSameAs(first);
        assertThat(pages.cache().stats().hitCount()).isEqualTo(1);
        assertThat(pages.cache().stats().missCount()).isEqualTo(1);
    }

    @Test
    void anotherPageOfTheSameRowsIsAnother() {
        Page page = SomePage.of(Settings.defaults(), "hello");
        Page same = SomePage.of(Settings.defaults(), "hello");

        assertThat(pages.of(same)).isNotSameAs(pages.of(page));
        assertThat(pages.cache().stats().hitCount()).isZero();
    }

    @Test
    void aLargePageIsNotCopied() {
        Page page = SomePage.of(Settings.defaults(), "x".repeat(70_000));

        List<byte[]> parts = pages.of(page);

        assertThat(parts).anySatisfy(part -> assertThat(part).isSameAs(page.json()));
        assertThat(joined(parts)).isEqualTo(PageJson.whole(page));
        assertThat(pages.cache().estimatedSize()).isZero();
    }
}
