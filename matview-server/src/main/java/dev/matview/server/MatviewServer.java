package dev.matview.server;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/** The HTTP server in front of global feeds, which stay their builder's to close. Thread-safe. */
public final class MatviewServer implements AutoCloseable {

    /** How long a registry is waited for before the server says that it is ready. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

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
     * @param feeds built and not started; not closed with the server
     * @param scheduler the time, by which slow requests and sockets are ended; not closed with the server
     * @throws IOException when the address cannot be bound
     */
    public static MatviewServer start(
            GlobalFeeds feeds, Authenticator authenticator, HttpSettings httpSettings, Scheduler scheduler)
            throws IOException {
        return start(new HttpService.Feeds(feeds, Origin.UNTOLD), authenticator, httpSettings, scheduler);
    }

    /**
     * The same.
     *
     * @param served the feeds, and what administrators are told of them
     * @throws IOException when the address cannot be bound
     */
    public static MatviewServer start(
            HttpService.Feeds served, Authenticator authenticator, HttpSettings httpSettings, Scheduler scheduler)
            throws IOException {
        // Bound first: an address that is taken is found out before any database is read. Until the feeds are
        // started, they answer that their views are not ready.
        HttpService http = HttpService.start(httpSettings, served, authenticator, scheduler);
        GlobalFeeds feeds = served.all();
        try {
            feeds.start();
        } catch (RuntimeException e) {
            http.close();
            throw e;
        }
        return new MatviewServer(feeds, http);
    }

    /** The port that is bound. */
    public int port() {
        return http.port();
    }

    /** The port for administrators that is bound, where there is one. */
    public OptionalInt managementPort() {
        return http.managementPort();
    }

    /** How many requests are being answered. */
    public int requestsUnderWay() {
        return http.requestsUnderWay();
    }

    /** How many WebSockets there are. */
    public int sockets() {
        return http.sockets();
    }

    /**
     * Waits until every feed has a generation to serve, or has failed to get its first one: then it is answered with 503
     * until one of the later attempts, which follow by themselves, succeeds. A registry that is not read soon is not waited
     * for, nor is anything for longer than 10 seconds once the server is closed.
     */
    public FirstViews buildViews() {
        try {
            do {
                feeds.awaitReady(PATIENCE);
            } while (!closed.get() && feeds.isRegistryRead() && !areBuilt());
        } catch (IllegalStateException e) {
            // The feeds are closed, which says that nobody wants views any more if the server was closed before them.
            if (!closed.get()) {
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<FeedStatus> built = new ArrayList<>();
        List<FeedStatus> failed = new ArrayList<>();
        feeds.status().forEach(status -> (status.view() != null ? built : failed).add(status));
        return new FirstViews(built, failed);
    }

    private boolean areBuilt() {
        return feeds.status().stream().allMatch(status -> status.view() != null || status.failures() > 0);
    }

    /**
     * How the first refreshes ended.
     *
     * @param built the feeds that have a generation
     * @param failed those that have none yet
     */
    public record FirstViews(List<FeedStatus> built, List<FeedStatus> failed) {
        public FirstViews {
            built = List.copyOf(built);
            failed = List.copyOf(failed);
        }
    }

    /** Takes no more requests, and finishes those under way within bounds. Closing again does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            http.close();
        }
    }
}
