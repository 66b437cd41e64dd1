package dev.matview.server.http;

import dev.matview.core.GlobalFeeds;
import java.io.IOException;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /data/expand?did=…&ref=…}: a document of any user. One that is not there and one that the caller may not
 * read are answered alike.
 */
final class ExpandEndpoint {

    private final GlobalFeeds feeds;
    private final Callers callers;

    ExpandEndpoint(GlobalFeeds feeds, Callers callers) {
        this.feeds = feeds;
        this.callers = callers;
    }

    void answer(Exchange exchange) throws IOException {
        callers.admit(exchange, identity -> {
            QueryString parameters = QueryString.of(exchange.request().getQueryString());
            String did = parameters.get("did");
            String ref = parameters.get("ref");
            if (did == null || did.isBlank() || ref == null || ref.isBlank()) {
                throw HttpError.badRequest("bad_request", "The parameters did and ref must name a document.");
            }
            byte[] document = feeds.document(did, ref, identity.caller())
                    .map(Answer::bytes)
                    .orElseThrow(HttpError::notFound);
            exchange.send(HttpServletResponse.SC_OK, document);
        });
    }
}
