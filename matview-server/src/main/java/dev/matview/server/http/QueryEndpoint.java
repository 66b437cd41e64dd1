package dev.matview.server.http;

import dev.matview.core.AggregationException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Identity;
import dev.matview.server.push.EntityTag;
import dev.matview.server.push.PageJson;
import java.io.IOException;
import java.util.Set;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /data/{collection}/query}: a page of a feed, or of the caller's own database. */
final class QueryEndpoint {

    private static final Logger log = LoggerFactory.getLogger(QueryEndpoint.class);

    private final GlobalFeeds feeds;
    private final Callers callers;
    private final MangoLimits limits;
    private final RequestBody body;
    private final CompressedPages compressed = new CompressedPages();

    QueryEndpoint(GlobalFeeds feeds, Callers callers, MangoLimits limits, RequestBody body) {
        this.feeds = feeds;
        this.callers = callers;
        this.limits = limits;
        this.body = body;
    }

    void answer(String collection, Exchange exchange) throws IOException {
        callers.admit(exchange, identity -> exchange.whenReceived(() -> answer(collection, identity, exchange)));
    }

    private void answer(String collection, Identity identity, Exchange exchange) {
        HttpServletRequest request = exchange.request();
        HttpServletResponse response = exchange.response();
        QueryString parameters = QueryString.of(request.getQueryString());
        QueryRequest asked = QueryRequest.of(
                body.read(request),
                Set.of(),
                parameters.get("global"),
                parameters.get("expand"),
                identity.caller(),
                limits);
        Query query = asked.query();
        Page page = asked.global() ? feeds.query(collection, query) : own(collection, query);
        String tag = EntityTag.of(page);
        response.setHeader("ETag", tag);
        // Kept by the asking client alone, and asked for again each time: a new generation may be there at any moment.
        response.setHeader("Cache-Control", "private, no-cache");
        response.addHeader("Vary", "Accept-Encoding");
        if (EntityTag.matches(request.getHeader("If-None-Match"), tag)) {
            exchange.send(HttpServletResponse.SC_NOT_MODIFIED);
        } else if (CompressedPages.isAsked(request.getHeader("Accept-Encoding"), page)) {
            response.setHeader("Content-Encoding", "gzip");
            exchange.send(HttpServletResponse.SC_OK, compressed.of(page));
        } else {
            exchange.send(HttpServletResponse.SC_OK, PageJson.whole(page));
        }
    }

    private Page own(String collection, Query query) {
        callers.requireOwnDatabase(query.caller());
        try {
            return feeds.queryOwn(collection, query);
        } catch (AggregationException e) {
            log.warn("A caller's own database could not be read: {}", e.getMessage());
            throw HttpError.databaseUnavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HttpError.databaseUnavailable();
        }
    }
}
