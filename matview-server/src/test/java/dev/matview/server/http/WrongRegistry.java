package dev.matview.server.http;

import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import java.util.List;
import java.util.function.Consumer;

/** A registry with one feed in force, and problems. */
record WrongRegistry(Contents contents) implements FeedRegistry {

    WrongRegistry(FeedDefinition inForce, Problem... problems) {
        this(new Contents(List.of(inForce), List.of(problems)));
    }

    @Override
    public Subscription watch(Consumer<Contents> listener) {
        return () -> {};
    }

    @Override
    public void close() {}
}
