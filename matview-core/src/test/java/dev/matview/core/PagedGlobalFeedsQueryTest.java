package dev.matview.core;

import dev.matview.core.paged.PagedInMemoryStore;

/** The same over a store that serves pages. */
class PagedGlobalFeedsQueryTest extends GlobalFeedsQueryTest {

    @Override
    GlobalFeeds over(GlobalFeeds.Builder builder) {
        return builder.viewStore(new PagedInMemoryStore(scheduler)).build();
    }
}
