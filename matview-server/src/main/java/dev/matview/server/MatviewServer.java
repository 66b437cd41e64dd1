package dev.matview.server;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.Scheduler;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
     * @param scheduler the time, by which slow requests and sockets are ended
     * @throws IOException when the address cannot be bound
     */
    public static MatviewServer start(
            GlobalFeeds feeds, Authenticator authenticator, HttpSettings httpSettings, Scheduler scheduler)
            throws IOException {
        try {
            // Bound first: an address that is taken is found out before any database is read. Until the feeds are
            // started, they answer that their views are not ready.
            HttpService http = HttpService.start(httpSettings, feeds, authenticator, scheduler);
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

    /** The port for administrators that is bound, where there is one. */
    public OptionalInt managementPort() {
        return http.managementPort();
    }

    /** How many WebSockets there are. */
    public int sockets() {
        return http.sockets();
    }

    /**
     * Waits until every feed has a generation to serve, or has failed to get its first one: then it is answered with 503
     * until one of the later attempts, which follow by themselves, succeeds. A feed whose store held a generation is not
     * refreshed for this.
     */
    public FirstViews buildViews() {
        List<CompletableFuture<RefreshResult>> refreshes = new ArrayList<>();
        for (FeedStatus status : feeds.status()) {
            if (status.view() == null) {
                refreshes.add(feeds.refresh(status.feed().collection()));
            }
        }
        List<RefreshResult> built = new ArrayList<>();
        List<RefreshException> failed = new ArrayList<>();
        for (CompletableFuture<RefreshResult> refresh : refreshes) {
            try {
                built.add(refresh.join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof RefreshException failure) {
                    failed.add(failure);
                } else if (!(e.getCause() instanceof FeedNotRegisteredException)) {
                    // One that was taken out of the registry meanwhile misses nothing.
                    throw e;
                }
            }
        }
        return new FirstViews(built, failed);
    }

    /**
     * How the first refreshes ended.
     *
     * @param built of the feeds that got a generation
     * @param failed of those that have none yet
     */
    public record FirstViews(List<RefreshResult> built, List<RefreshException> failed) {
        public FirstViews {
            built = List.copyOf(built);
            failed = List.copyOf(failed);
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
