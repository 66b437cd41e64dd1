package dev.matview.core.internal;

import dev.matview.core.ReadStatus;
import dev.matview.core.internal.live.LiveQueries;
import dev.matview.core.internal.read.PageReader;
import dev.matview.core.internal.view.PinnedGenerations;

/** Says what is kept for readers, in the words of {@link ReadStatus}. */
final class ReadReport {

    private ReadReport() {}

    static ReadStatus of(PageReader pages, LiveQueries live, PinnedGenerations pinned) {
        return new ReadStatus(
                pages.selections(),
                pages.selectionBytes(),
                live.size(),
                live.bytes(),
                live.refills(),
                pinned.count(),
                pinned.rows(),
                pages.caches());
    }
}
