package dev.matview.server;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Global feeds, and the HTTP server in front of them. Thread-safe. */
public final class MatviewServer implements AutoCloseable {

    private final GlobalFeeds feeds;
    private final HttpService http;
    private final AtomicBoolean closed = new AtomicBoolean();

    private MatviewServer(GlobalFeeds feeds, HttpService http) {
        this.feeds = feeds;
        this.http = http;
    }

    /**
     * Starts the feeds and begins to serve: a feed whose view has no generation yet is answered with 503.
     *
     * @param feeds built and not started; closed with the server, also when it does not start
     * @param settings the ones the feeds were built with
     * @param host the name or address to bind to
     * @param port the port to bind to; 0 for a free one
     * @param clock the time, by which slow requests are ended
     * @throws IOException when the address cannot be bound
     */
    public static MatviewServer start(
            GlobalFeeds feeds,
            GlobalFeeds.Settings settings,
            Authenticator authenticator,
            String host,
            int port,
            InstantSource clock)
            throws IOException {
        try {
            // Bound first: an address that is taken is found out before any database is read. Until the feeds are started,
            // they answer that their views are not ready.
            HttpService http = HttpService.start(host, port, feeds, authenticator, settings.mango(), clock);
            try {
                feeds.start();
            } catch (RuntimeException e) {
                http.close();
                throw e;
            }
            return new MatviewServer(feeds, http);
        } catch (IOException | RuntimeException e) {
            feeds.close();
            throw e;
        }
    }

    /** The port that is bound. */
    public int port() {
        return http.port();
    }

    /**
     * Refreshes every feed, and waits for it.
     *
     * @return how each refresh ended
     * @throws RefreshException when one failed
     */
    public List<RefreshResult> refreshAll() {
        List<CompletableFuture<RefreshResult>> refreshes = new ArrayList<>();
        for (FeedStatus status : feeds.status()) {
            refreshes.add(feeds.refresh(status.feed().collection()));
        }
        try {
            return refreshes.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RefreshException failed ? failed : e;
        }
    }

    /** Takes no more requests, finishes those under way within bounds, then closes the feeds. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            http.close();
            feeds.close();
        }
    }
}
