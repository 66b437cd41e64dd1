package dev.matview.core.paged;

import dev.matview.core.spi.ViewStore;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.ViewStoreContract;

/** As every view store. */
class PagedInMemoryViewStoreTest extends ViewStoreContract {

    private final ManualScheduler clock = new ManualScheduler();
    private final PagedInMemoryStore store = new PagedInMemoryStore(clock);

    @Override
    protected ViewStore open() {
        return store;
    }

    @Override
    protected int generations() {
        return 100;
    }
}
