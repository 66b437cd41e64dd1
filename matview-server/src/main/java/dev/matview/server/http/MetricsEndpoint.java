package dev.matview.server.http;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.ReadStatus;
import dev.matview.server.auth.BearerToken;
import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.http.connection.OpenConnections;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.socket.Sockets;
import dev.matview.server.share.FairShare;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /metrics}: numbers in the text format of Prometheus, version 0.0.4, for administrators, for who has the token
 * for it, and for everybody who comes in by an entrance that is on this machine alone.
 */
final class MetricsEndpoint {

    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final GlobalFeeds feeds;
    private final Callers callers;
    private final Sockets sockets;
    private final OpenConnections connections;
    private final FairShare share;
    private final RefreshMetrics refreshes;
    private final @Nullable MetricsToken token;

    MetricsEndpoint(
            GlobalFeeds feeds,
            Callers callers,
            Sockets sockets,
            OpenConnections connections,
            FairShare share,
            RefreshMetrics refreshes,
            @Nullable MetricsToken token) {
        this.feeds = feeds;
        this.callers = callers;
        this.sockets = sockets;
        this.connections = connections;
        this.share = share;
        this.refreshes = refreshes;
        this.token = token;
    }

    void answer(Exchange exchange) throws IOException {
        if (exchange.isOpenToScrapers() || token != null && token.isIn(bearer(exchange))) {
            scrape(exchange);
        } else {
            callers.admitAdministrator(exchange, identity -> scrape(exchange));
        }
    }

    private static @Nullable String bearer(Exchange exchange) {
        try {
            return BearerToken.of(exchange.request().getHeader("Authorization"));
        } catch (UnauthorizedException other) {
            // Who looks at administrators says what is wrong with it.
            return null;
        }
    }

    private void scrape(Exchange exchange) {
        byte[] text = registry().scrape(CONTENT_TYPE).getBytes(StandardCharsets.UTF_8);
        exchange.send(HttpServletResponse.SC_OK, CONTENT_TYPE, List.of(text));
    }

    /** Made anew for each scrape, since feeds come and go; it holds numbers, and nothing runs in it. */
    private PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List<FeedStatus> all = feeds.status();
        refreshes.register(
                registry, all.stream().map(feed -> feed.feed().collection()).collect(Collectors.toSet()));
        for (FeedStatus feed : all) {
            Page.View view = feed.view();
            gauge(registry, feed, "ready", "Whether the feed has a generation to serve.", view == null ? 0 : 1);
            gauge(
                    registry,
                    feed,
                    "refresh.failures",
                    "Refreshes that failed since the last one that did not.",
                    feed.failures());
            if (view != null && feed.staleness() != null) {
                gauge(registry, feed, "generation", "The generation served.", view.generation());
                gauge(registry, feed, "rows", "Rows of the view.", view.rows());
                gauge(registry, feed, "databases", "User databases that the feed covers.", view.databases());
                gauge(
                        registry,
                        feed,
                        "documents.left.out",
                        "Documents that cannot be read and so are not in the view.",
                        feed.leftOut().documents());
                gauge(registry, feed, "bytes", "Memory that the rows take, by their own sizes.", feed.bytes());
                gauge(
                        registry,
                        feed,
                        "indexes",
                        "Indexes that the feed lists and there is room for.",
                        feed.indexes().size());
                gauge(
                        registry,
                        feed,
                        "index.bytes",
                        "Memory that they take beside the rows, about.",
                        feed.indexes().stream()
                                .mapToLong(FeedStatus.Index::bytes)
                                .sum());
                gauge(registry, feed, "databases.behind", "Those that could not be read lately.", view.behind());
                gauge(
                        registry,
                        feed,
                        "staleness.seconds",
                        "Time since the view was known to match its sources.",
                        feed.staleness().toMillis() / 1000.0);
            }
        }
        gauge(registry, "matview.connections", "HTTP connections that are open.", connections.count());
        gauge(registry, "matview.websockets", "WebSockets that are open.", sockets.count());
        gauge(registry, "matview.websocket.queries", "Distinct queries that they ask.", sockets.topics());
        gauge(registry, "matview.callers.active", "Callers with a request under way.", callers.active());
        turns(registry, share.load());
        reads(registry, feeds.reads());
        return registry;
    }

    private static void turns(PrometheusMeterRegistry registry, FairShare.Load load) {
        gauge(
                registry,
                "matview.turns.running",
                "Requests and pushes that are computed in their turn.",
                load.running());
        gauge(registry, "matview.turns.waiting", "Requests that wait for their turn.", load.waiting());
        gauge(registry, "matview.turns.pushes", "Pushes that wait for their turn.", load.pushes());
        counter(registry, "matview.turns.refused", "Requests and pushes without room to wait.", load.refused());
        counter(registry, "matview.turns.overdue", "Requests that have waited too long.", load.overdue());
    }

    private static void reads(PrometheusMeterRegistry registry, ReadStatus reads) {
        gauge(
                registry,
                "matview.selections",
                "Queries with a further selector or sort of which what they found is kept.",
                reads.selections());
        gauge(registry, "matview.selections.bytes", "Memory that this takes.", reads.selectionBytes());
        gauge(registry, "matview.live.queries", "Subscriptions to feeds.", reads.liveQueries());
        counter(
                registry,
                "matview.live.refills",
                "Times that rows were looked for to keep a subscriber's page full.",
                reads.refills());
    }

    private static void counter(MeterRegistry registry, String name, String help, long count) {
        FunctionCounter.builder(name, count, Long::doubleValue)
                .description(help)
                .register(registry);
    }

    private static void gauge(MeterRegistry registry, FeedStatus feed, String name, String help, double value) {
        Gauge.builder("matview.feed." + name, () -> value)
                .description(help)
                .tag("collection", feed.feed().collection())
                .register(registry);
    }

    private static void gauge(MeterRegistry registry, String name, String help, double value) {
        Gauge.builder(name, () -> value).description(help).register(registry);
    }
}
