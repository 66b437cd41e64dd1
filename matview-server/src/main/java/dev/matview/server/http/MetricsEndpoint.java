package dev.matview.server.http;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** {@code GET /metrics}: numbers in the text format of Prometheus, version 0.0.4, for administrators alone. */
final class MetricsEndpoint {

    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final GlobalFeeds feeds;
    private final Callers callers;
    private final Sockets sockets;

    MetricsEndpoint(GlobalFeeds feeds, Callers callers, Sockets sockets) {
        this.feeds = feeds;
        this.callers = callers;
        this.sockets = sockets;
    }

    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        callers.admitAdministrator(request, identity -> {
            byte[] text = registry().scrape(CONTENT_TYPE).getBytes(StandardCharsets.UTF_8);
            Answer.send(response, HttpServletResponse.SC_OK, CONTENT_TYPE, text);
        });
    }

    /** Made anew for each scrape, since feeds come and go; it holds numbers, and nothing runs in it. */
    private PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        for (FeedStatus feed : feeds.status()) {
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
                gauge(registry, feed, "databases.behind", "Those that could not be read lately.", view.behind());
                gauge(
                        registry,
                        feed,
                        "staleness.seconds",
                        "Time since the view was known to match its sources.",
                        feed.staleness().toMillis() / 1000.0);
            }
        }
        gauge(registry, "matview.websockets", "WebSockets that are open.", sockets.count());
        gauge(registry, "matview.websocket.queries", "Distinct queries that they ask.", sockets.topics());
        gauge(registry, "matview.callers.active", "Callers with a request under way.", callers.active());
        return registry;
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
