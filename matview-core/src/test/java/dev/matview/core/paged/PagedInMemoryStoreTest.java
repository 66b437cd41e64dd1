package dev.matview.core.paged;

import dev.matview.core.spi.PagedViewStore;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.paged.PagedViewStoreContract;
import java.time.Duration;

/** The store that other tests stand on keeps the contract itself. */
class PagedInMemoryStoreTest extends PagedViewStoreContract {

    private final ManualScheduler clock = new ManualScheduler();
    private final PagedInMemoryStore store = new PagedInMemoryStore(clock);

    @Override
    protected PagedViewStore open() {
        return store;
    }

    @Override
    protected boolean pass(Duration time) {
        clock.advance(time);
        return true;
    }
}
