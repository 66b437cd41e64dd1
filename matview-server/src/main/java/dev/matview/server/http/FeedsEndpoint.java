package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.QueryException;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.Responses;
import dev.matview.server.http.history.FeedHistory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /feeds}, {@code GET /feeds/{collection}} and {@code POST /feeds/{collection}/refresh}: what the feeds do and did,
 * and what is wrong in the registry, for administrators alone.
 */
final class FeedsEndpoint {

    /** How long an administrator waits for a refresh; it goes on after that. */
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final GlobalFeeds feeds;
    private final Callers callers;
    private final FeedHistory history;
    private final ServerJson about;
    private final Scheduler scheduler;

    FeedsEndpoint(GlobalFeeds feeds, Callers callers, FeedHistory history, ServerJson about, Scheduler scheduler) {
        this.feeds = feeds;
        this.callers = callers;
        this.history = history;
        this.about = about;
        this.scheduler = scheduler;
    }

    void status(Exchange exchange) throws IOException {
        callers.admitAdministrator(exchange, identity -> {
            ObjectNode json = Responses.object();
            ArrayNode all = json.putArray("feeds");
            feeds.status()
                    .forEach(status -> FeedJson.describe(
                            status, history.lastRefresh(status.feed().collection()), all.addObject()));
            about.describe(json.putObject("server"));
            ArrayNode unused = json.putArray("unusedViews");
            feeds.unusedViews().forEach(view -> FeedJson.describe(view, unused.addObject()));
            ArrayNode problems = json.putArray("problems");
            feeds.registryProblems().forEach(problem -> FeedJson.describe(problem, problems.addObject()));
            exchange.send(HttpServletResponse.SC_OK, Responses.bytes(json));
        });
    }

    /** All that is known of one feed. */
    void detail(String collection, Exchange exchange) throws IOException {
        callers.admitAdministrator(exchange, identity -> {
            FeedStatus status;
            try {
                status = feeds.status(collection);
            } catch (FeedNotRegisteredException e) {
                throw HttpError.notFound();
            }
            ObjectNode json = Responses.object();
            FeedJson.describe(status, history.lastRefresh(collection), json);
            json.set("definition", FeedDefinitionWriter.write(status.feed()));
            ArrayNode problems = json.putArray("problems");
            feeds.registryProblems().stream()
                    .filter(problem -> collection.equals(problem.feed()))
                    .forEach(problem -> FeedJson.describe(problem, problems.addObject()));
            ArrayNode refreshes = json.putArray("refreshes");
            history.refreshes(collection).forEach(past -> refreshes.add(FeedJson.of(past)));
            ArrayNode samples = json.putArray("history");
            history.samples(collection).forEach(sample -> FeedJson.describe(sample, samples.addObject()));
            exchange.send(HttpServletResponse.SC_OK, Responses.bytes(json));
        });
    }

    void refresh(String collection, Exchange exchange) throws IOException {
        callers.admitAdministrator(exchange, identity -> {
            CompletableFuture<Exchange.Task> answer = feeds.refresh(collection)
                    .<Exchange.Task>handle((result, failure) -> () -> {
                        if (failure != null) {
                            throw refusal(failure);
                        }
                        exchange.send(HttpServletResponse.SC_OK, Responses.bytes(describe(result)));
                    });
            Subscription patience = scheduler.schedule(
                    WAIT,
                    () -> answer.complete(() -> exchange.send(
                            HttpServletResponse.SC_ACCEPTED,
                            Responses.bytes(Responses.object()
                                    .put("collection", collection)
                                    .put("refreshing", true)))));
            exchange.atEnd(patience::close);
            exchange.goOnWith(answer);
        });
    }

    private static RuntimeException refusal(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof FeedNotRegisteredException) {
            return HttpError.notFound();
        }
        if (cause instanceof QueryException refused) {
            return refused;
        }
        if (cause instanceof RefreshException failed) {
            return HttpError.of(502, "refresh_failed", String.valueOf(failed.getMessage()));
        }
        return new IllegalStateException("a refresh failed", failure);
    }

    private static ObjectNode describe(RefreshResult result) {
        return Responses.object()
                .put("collection", result.collection())
                .put("generation", result.generation())
                .put("changed", result.changed())
                .put("outcome", FeedJson.word(result.outcome()))
                .put("databases", result.databases())
                .put("moved", result.moved())
                .put("rows", result.rows())
                .put("behind", result.behindCount())
                .put("documentsLeftOut", result.documentsLeftOut());
    }
}
