package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.couch.internal.client.ChangesFeed;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the generations that are committed, by whomever: one long poll on the meta database serves all views, and
 * begins with the first watcher. Thread-safe.
 */
public final class GenerationWatch implements AutoCloseable {

    /** How long a watcher waits for a CouchDB that does not answer; it is told of the current generation later then. */
    private static final Duration BEGINS = Duration.ofSeconds(5);

    private final CouchClient cluster;
    private final ViewPointers pointers;
    private final String meta;
    private final Map<String, Watched> views = new ConcurrentHashMap<>();
    private @Nullable ChangesFeed feed;
    private boolean closed;

    /** Whether commits may have been missed since watching was asked for. */
    private volatile boolean missing;

    private static final class Watched {
        private final Listeners<Long> listeners = new Listeners<>();
        /** The last attempt that is known to have won; a rebuild of the same generation is none. */
        private long told;

        private long generation;
    }

    public GenerationWatch(CouchClient cluster, ViewPointers pointers, String meta) {
        this.cluster = cluster;
        this.pointers = pointers;
        this.meta = meta;
    }

    public Subscription watch(String view, LongConsumer listener) throws InterruptedException {
        Watched watched = views.computeIfAbsent(view, name -> new Watched());
        Subscription subscription = watched.listeners.add(listener::accept);
        feed().awaitReady(BEGINS);
        return subscription;
    }

    private synchronized ChangesFeed feed() {
        if (feed == null) {
            feed = new ChangesFeed(cluster, meta, "matview-view-watch", new ChangesFeed.Listener() {
                        @Override
                        public void begin() throws InterruptedException {
                            beginning();
                        }

                        @Override
                        public void changed(JsonNode document) {
                            take(document);
                        }

                        @Override
                        public void away(CouchFailure reason) {
                            missing = true;
                        }
                    })
                    .start();
            if (closed) {
                feed.close();
            }
        }
        return feed;
    }

    private void beginning() throws InterruptedException {
        pointers.create();
        for (Map.Entry<String, Watched> entry : views.entrySet()) {
            ViewPointer current = pointers.readAny(entry.getKey());
            if (current.head() != null) {
                tell(entry.getValue(), current, missing);
            }
        }
    }

    private void take(JsonNode document) {
        String view = document.path("view").asText();
        Watched watched = views.get(view);
        if (watched != null && document.path("_id").asText().equals(ViewNames.pointer(view))) {
            ViewPointer pointer = ViewPointer.of(document);
            if (pointer.head() != null) {
                tell(watched, pointer, true);
            }
        }
    }

    /** Only ever called by the feed's thread. */
    private static void tell(Watched watched, ViewPointer pointer, boolean isNews) {
        boolean rebuilt = pointer.generation() == watched.generation && watched.told >= pointer.lineage();
        if (isNews && pointer.attempt() != watched.told && !rebuilt) {
            watched.listeners.tell(pointer.generation());
        }
        watched.told = pointer.attempt();
        watched.generation = pointer.generation();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (feed != null) {
            feed.close();
        }
    }
}
