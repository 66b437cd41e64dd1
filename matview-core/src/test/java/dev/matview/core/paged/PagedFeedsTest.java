package dev.matview.core.paged;

import dev.matview.core.spi.PagedViewStore;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.paged.PagedFeedsContract;

class PagedFeedsTest extends PagedFeedsContract {

    @Override
    protected PagedViewStore open(ManualScheduler clock) {
        return new PagedInMemoryStore(clock);
    }
}
