package dev.matview.core.memory;

import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A registry that a program fills, and changes while it runs. Thread-safe. */
public final class InMemoryFeedRegistry implements FeedRegistry {

    private final Object lock = new Object();
    private final Listeners<Contents> listeners = new Listeners<>();
    private volatile Contents contents;
    private long changes;

    /** @throws IllegalArgumentException when two feeds have one collection or one view name */
    public InMemoryFeedRegistry(FeedDefinition... feeds) {
        contents = new Contents(List.of(feeds), List.of());
    }

    @Override
    public Contents contents() {
        return contents;
    }

    /**
     * Registers a feed, in place of the one of its collection if there is one.
     *
     * @throws IllegalArgumentException when the feed of another collection has its view name; nothing has changed then
     */
    public void put(FeedDefinition feed) {
        Objects.requireNonNull(feed, "feed");
        change(feeds -> {
            for (int i = 0; i < feeds.size(); i++) {
                if (feeds.get(i).collection().equals(feed.collection())) {
                    feeds.set(i, feed);
                    return;
                }
            }
            feeds.add(feed);
        });
    }

    /** Takes the feed of the collection out. A collection without a feed is fine. */
    public void remove(String collection) {
        Objects.requireNonNull(collection, "collection");
        if (contents.feed(collection).isPresent()) {
            change(feeds -> feeds.removeIf(feed -> feed.collection().equals(collection)));
        }
    }

    private void change(Consumer<List<FeedDefinition>> edit) {
        Contents changed;
        long order;
        synchronized (lock) {
            List<FeedDefinition> feeds = new ArrayList<>(contents.feeds());
            edit.accept(feeds);
            changed = new Contents(feeds, List.of());
            contents = changed;
            order = ++changes;
        }
        listeners.tellLatest(order, changed);
    }

    @Override
    public Subscription watch(Consumer<Contents> listener) {
        return listeners.add(listener);
    }

    /** Does nothing: there is no place to watch. */
    @Override
    public void close() {}
}
