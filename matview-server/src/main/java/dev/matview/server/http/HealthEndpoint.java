package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.Responses;
import java.util.List;
import javax.servlet.http.HttpServletResponse;

/**
 * Whether the process answers, for those who restart it when it does not ({@code /health}, {@code /health/live}), and whether
 * it is of use yet, for those who send clients to it ({@code /health/ready}). None needs a token, and so none names a feed or
 * a server. Thread-safe.
 */
final class HealthEndpoint {

    private final GlobalFeeds feeds;
    private final Origin origin;

    /** Never taken back: a feed that is registered, or fails, later is no reason to send clients to no server at all. */
    private volatile boolean ready;

    HealthEndpoint(GlobalFeeds feeds, Origin origin) {
        this.feeds = feeds;
        this.origin = origin;
    }

    /** A server whose views are still being built is in good health: it says {@code starting}. */
    void answer(Exchange exchange) {
        List<FeedStatus> status = feeds.status();
        long served = served(status);
        exchange.send(
                HttpServletResponse.SC_OK,
                Responses.bytes(Responses.object()
                        .put("status", word(feeds.isRegistryRead() && served == status.size()))
                        .put("feeds", status.size())
                        .put("ready", served)));
    }

    void live(Exchange exchange) {
        exchange.send(
                HttpServletResponse.SC_OK, Responses.bytes(Responses.object().put("status", "ok")));
    }

    /** 200 once the registry was read, and each feed has a generation or was tried once; 503 before. */
    void ready(Exchange exchange) {
        boolean read = feeds.isRegistryRead();
        List<FeedStatus> status = feeds.status();
        long served = served(status);
        long failing = status.stream().filter(feed -> feed.failures() > 0).count();
        boolean tried = status.stream().allMatch(feed -> feed.view() != null || feed.failures() > 0);
        if (read && tried) {
            ready = true;
        }
        List<Origin.Place> places = origin.places().get();
        long away = places.stream().filter(place -> !place.up()).count();
        ObjectNode json = Responses.object().put("status", word(ready));
        ObjectNode components = json.putObject("components");
        components.putObject("registry").put("status", word(read));
        components
                .putObject("feeds")
                .put("status", failing > 0 ? "failing" : word(served == status.size()))
                .put("feeds", status.size())
                .put("ready", served)
                .put("failing", failing);
        components
                .putObject("sources")
                .put("status", away == 0 ? "ok" : "away")
                .put("sources", places.size())
                .put("away", away);
        exchange.send(
                ready ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE, Responses.bytes(json));
    }

    private static long served(List<FeedStatus> status) {
        return status.stream().filter(feed -> feed.view() != null).count();
    }

    private static String word(boolean ok) {
        return ok ? "ok" : "starting";
    }
}
