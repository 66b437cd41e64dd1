package com.example;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.testkit.FeedRegistryContract;

/** Put your registry in the place of the one in memory. {@code AggregatorContract} and {@code ViewStoreContract} are alike. */
class RegistryOfMineTest extends FeedRegistryContract {

    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry();

    @Override
    protected FeedRegistry open() {
        return registry;
    }

    @Override
    protected void put(FeedDefinition feed) {
        registry.put(feed);
    }

    @Override
    protected void remove(String collection) {
        registry.remove(collection);
    }
}
