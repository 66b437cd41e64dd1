package dev.matview.server.http.page;

import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import java.util.function.Consumer;

/** A registry whose feeds and problems a test changes. */
final class ChangingRegistry implements FeedRegistry {

    private final Listeners<Contents> listeners = new Listeners<>();
    private volatile Contents contents;
    private long changes;

    ChangingRegistry(Contents contents) {
        this.contents = contents;
    }

    synchronized void set(Contents changed) {
        contents = changed;
        listeners.tellLatest(++changes, changed);
    }

    @Override
    public Contents contents() {
        return contents;
    }

    @Override
    public Subscription watch(Consumer<Contents> listener) {
        return listeners.add(listener);
    }

    @Override
    public void close() {}
}
