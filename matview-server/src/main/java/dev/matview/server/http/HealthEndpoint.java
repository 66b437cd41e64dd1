package dev.matview.server.http;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.Responses;
import java.util.List;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /health}: whether the process answers, for those who restart it when it does not. It needs no token, and so
 * names no feed. A server whose views are still being built is in good health: it says {@code starting}.
 */
final class HealthEndpoint {

    private final GlobalFeeds feeds;

    HealthEndpoint(GlobalFeeds feeds) {
        this.feeds = feeds;
    }

    void answer(Exchange exchange) {
        List<FeedStatus> status = feeds.status();
        long ready = status.stream().filter(feed -> feed.view() != null).count();
        exchange.send(
                HttpServletResponse.SC_OK,
                Responses.bytes(Responses.object()
                        .put("status", feeds.isRegistryRead() && ready == status.size() ? "ok" : "starting")
                        .put("feeds", status.size())
                        .put("ready", ready)));
    }
}
