package com.example;

import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewStore;
import dev.matview.testkit.ViewStoreContract;

/** What somebody who writes a view store writes for it, in a package of their own: the contract does the rest. */
class StoreOfMineTest extends ViewStoreContract {

    private final InMemoryViewStore store = new InMemoryViewStore();

    @Override
    protected ViewStore open() {
        return store;
    }
}
