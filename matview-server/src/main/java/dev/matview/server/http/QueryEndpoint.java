package dev.matview.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import dev.matview.core.FeedQueries;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Identity;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.QueryRequest;
import dev.matview.server.http.exchange.QueryRequests;
import dev.matview.server.http.exchange.QueryString;
import dev.matview.server.http.exchange.RequestBody;
import dev.matview.server.http.exchange.Responses;
import dev.matview.server.http.exchange.Turns;
import dev.matview.server.push.EntityTag;
import dev.matview.server.push.PageJson;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** {@code POST /data/{collection}/query}: a page of a feed, or of the caller's own database. */
final class QueryEndpoint {

    /** How much memory a selector takes when it is compiled, for each character of it, about. */
    private static final int COMPILED = 20;

    private static final String NOT_REFRESHED =
            "The feed could not be refreshed in time: the answer is as old as view.refreshedAt says.";

    private final FeedQueries feeds;
    private final Callers callers;
    private final Turns turns;
    private final QueryRequests requests;
    private final CompressedPages compressed = new CompressedPages();
    private final WholePages whole = new WholePages();

    QueryEndpoint(FeedQueries feeds, MangoLimits limits, Callers callers, Turns turns, RequestBody body) {
        this.feeds = feeds;
        this.callers = callers;
        this.turns = turns;
        this.requests = new QueryRequests(body, limits);
    }

    /** What is kept here, by the names of their numbers. */
    Map<String, Cache<?, ?>> caches() {
        return Map.of("compressed", compressed.cache(), "whole", whole.cache(), "requests", requests.cache());
    }

    void answer(String collection, Exchange exchange) throws IOException {
        callers.admit(exchange, identity -> exchange.whenReceived(() -> answer(collection, identity, exchange)));
    }

    private void answer(String collection, Identity identity, Exchange exchange) throws IOException {
        QueryString parameters = QueryString.of(exchange.request().getQueryString());
        QueryRequest asked = requests.read(exchange.request(), parameters, identity.caller());
        Query query = asked.query();
        Turns.Place place = new Turns.Place(
                Callers.name(identity.caller(), exchange.address()),
                Turns.bench(query, asked.global()),
                exchange.bodyBytes() + (long) COMPILED * query.shape().length());
        if ("true".equals(parameters.get("explain"))) {
            explain(collection, identity, asked, place, exchange);
        } else if (!asked.global()) {
            callers.requireOwnDatabase(query.caller());
            turns.answerInTurn(
                    exchange, place, budget -> send(exchange, feeds.queryOwn(collection, query, budget), null, budget));
        } else if (query.bookmark() != null) {
            // One whose seal is not known has the store asked for it.
            exchange.handOver(() -> turns.answer(
                    exchange, place, budget -> send(exchange, feeds.query(collection, query, budget), null, budget)));
        } else {
            whenYoung(
                    collection,
                    query,
                    exchange,
                    (then, note) -> turns.answer(
                            exchange,
                            place,
                            budget -> send(exchange, feeds.query(collection, then, budget), note, budget)));
        }
    }

    /** What answers a query when the feed is as young as was asked for, or will not be. */
    private interface Young {
        /**
         * @param query asks for no age any more: no thread is to wait for it
         * @param note what else the reader should know; null for nothing
         */
        void answer(Query query, @Nullable String note) throws IOException;
    }

    /** Answers at once where no age is asked for, and otherwise when the feed is that young. Holds up no thread. */
    private void whenYoung(String collection, Query query, Exchange exchange, Young young) throws IOException {
        Duration age = query.bookmark() == null ? query.maxAge() : null;
        if (age == null) {
            young.answer(query, null);
            return;
        }
        Query then = query.toBuilder().maxAge(null).build();
        exchange.goOnWith(feeds.refreshIfOlder(collection, age).handle((isYoung, failure) -> () -> {
            requireNone(failure);
            young.answer(then, isYoung ? null : NOT_REFRESHED);
        }));
    }

    /**
     * For administrators: which fields a document has can be told from what is looked at. Nobody keeps the answer, which tells
     * what it took this time. It is computed in turn, as it is not known what it will take.
     */
    private void explain(String collection, Identity identity, QueryRequest asked, Turns.Place place, Exchange exchange)
            throws IOException {
        callers.requireAdministrator(identity);
        if (!asked.global()) {
            throw HttpError.badRequest("bad_request", "explain is for queries of feeds: with global=true.");
        }
        whenYoung(
                collection,
                asked.query(),
                exchange,
                (then, note) -> turns.answerInTurn(exchange, place, budget -> {
                    byte[] answer = PageJson.explained(feeds.explain(collection, then, budget), note);
                    exchange.response().setHeader("Cache-Control", "no-store");
                    exchange.send(HttpServletResponse.SC_OK, answer);
                }));
    }

    private static void requireNone(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof QueryException refused) {
            throw refused;
        }
        if (cause != null) {
            throw new IllegalStateException("it is not known how old a view is", cause);
        }
    }

    /**
     * @param note what else the reader should know; null for nothing
     * @param budget what the page was found with
     */
    private void send(Exchange exchange, Page page, @Nullable String note, Budget budget) {
        HttpServletRequest request = exchange.request();
        HttpServletResponse response = exchange.response();
        String tag = EntityTag.of(page);
        response.setHeader("ETag", tag);
        // Kept by the asking client alone, and asked for again each time: a new generation may be there at any moment.
        response.setHeader("Cache-Control", "private, no-cache");
        response.addHeader("Vary", "Accept-Encoding");
        if (EntityTag.matches(request.getHeader("If-None-Match"), tag)) {
            exchange.send(HttpServletResponse.SC_NOT_MODIFIED);
        } else if (note != null) {
            exchange.send(HttpServletResponse.SC_OK, PageJson.whole(page, note));
        } else if (CompressedPages.isAsked(request.getHeader("Accept-Encoding"), page)) {
            response.setHeader("Content-Encoding", "gzip");
            byte[] known = compressed.known(page);
            if (known == null) {
                exchange.handOver(() -> exchange.send(HttpServletResponse.SC_OK, compressed.of(page)));
            } else {
                exchange.send(HttpServletResponse.SC_OK, known);
            }
        } else {
            // One that was computed in a turn is its caller's alone: nobody would find it.
            exchange.send(
                    HttpServletResponse.SC_OK,
                    Responses.JSON,
                    budget.mayWait() ? PageJson.parts(page) : whole.of(page));
        }
    }
}
