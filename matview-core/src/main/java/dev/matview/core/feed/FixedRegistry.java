package dev.matview.core.feed;

import dev.matview.core.event.Subscription;
import java.util.function.Consumer;

/** A registry whose contents are given once. */
record FixedRegistry(Contents contents) implements FeedRegistry {

    @Override
    public Subscription watch(Consumer<Contents> listener) {
        return () -> {};
    }

    @Override
    public void close() {}
}
