package dev.matview.server.http;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToDoubleFunction;
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
            byte[] text = text().getBytes(StandardCharsets.UTF_8);
            Answer.send(response, HttpServletResponse.SC_OK, CONTENT_TYPE, text);
        });
    }

    private String text() {
        List<FeedStatus> all = feeds.status();
        List<FeedStatus> ready = all.stream().filter(feed -> feed.view() != null).toList();
        StringBuilder text = new StringBuilder();
        ofFeeds(text, "ready", "Whether the feed has a generation to serve.", all, feed -> feed.view() == null ? 0 : 1);
        ofFeeds(text, "refresh_failures", "Refreshes that failed since the last one that did not.", all, feed ->
                feed.failures());
        ofFeeds(text, "generation", "The generation served.", ready, feed -> feed.view().generation());
        ofFeeds(text, "rows", "Rows of the view.", ready, feed -> feed.view().rows());
        ofFeeds(text, "databases", "User databases that the feed covers.", ready, feed -> feed.view().databases());
        ofFeeds(text, "databases_behind", "Those that could not be read lately.", ready, feed -> feed.view().behind());
        ofFeeds(text, "staleness_seconds", "Time since the view was known to match its sources.", ready, feed ->
                feed.staleness() == null ? Double.NaN : feed.staleness().toMillis() / 1000.0);
        ofServer(text, "matview_websockets", "WebSockets that are open.", sockets.count());
        ofServer(text, "matview_websocket_queries", "Distinct queries that they ask.", sockets.topics());
        ofServer(text, "matview_callers_active", "Callers with a request under way.", callers.active());
        return text.toString();
    }

    private static void ofFeeds(
            StringBuilder text, String name, String help, List<FeedStatus> feeds, ToDoubleFunction<FeedStatus> value) {
        String metric = "matview_feed_" + name;
        head(text, metric, help);
        for (FeedStatus feed : feeds) {
            text.append(metric)
                    .append("{collection=\"")
                    .append(escaped(feed.feed().collection()))
                    .append("\"} ")
                    .append(value.applyAsDouble(feed))
                    .append('\n');
        }
    }

    private static void ofServer(StringBuilder text, String metric, String help, int value) {
        head(text, metric, help);
        text.append(metric).append(' ').append(value).append('\n');
    }

    private static void head(StringBuilder text, String metric, String help) {
        text.append("# HELP ").append(metric).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(metric).append(" gauge\n");
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
