package dev.matview.server.http;

import dev.matview.core.FeedQueries;
import dev.matview.core.access.Caller;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.QueryString;
import dev.matview.server.http.exchange.Responses;
import dev.matview.server.http.exchange.Turns;
import dev.matview.server.share.Bench;
import java.io.IOException;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /data/expand?did=…&ref=…}: a document of any user. One that is not there and one that the caller may not
 * read are answered alike.
 */
final class ExpandEndpoint {

    /** What a request takes while it waits, about. */
    private static final int HELD_BYTES = 4_096;

    private final FeedQueries feeds;
    private final Callers callers;
    private final Turns turns;

    ExpandEndpoint(FeedQueries feeds, Callers callers, Turns turns) {
        this.feeds = feeds;
        this.callers = callers;
        this.turns = turns;
    }

    void answer(Exchange exchange) throws IOException {
        callers.admit(exchange, identity -> {
            QueryString parameters = QueryString.of(exchange.request().getQueryString());
            String did = parameters.get("did");
            String ref = parameters.get("ref");
            if (did == null || did.isBlank() || ref == null || ref.isBlank()) {
                throw HttpError.badRequest("bad_request", "The parameters did and ref must name a document.");
            }
            Caller caller = identity.caller();
            Turns.Place place = new Turns.Place(Callers.name(caller, exchange.address()), Bench.READING, HELD_BYTES);
            turns.answer(exchange, place, budget -> {
                byte[] document = feeds.document(did, ref, caller, budget)
                        .map(Responses::bytes)
                        .orElseThrow(HttpError::notFound);
                exchange.send(HttpServletResponse.SC_OK, document);
            });
        });
    }
}
