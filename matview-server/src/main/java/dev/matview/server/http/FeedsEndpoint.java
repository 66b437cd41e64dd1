package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.QueryException;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.spi.ViewEntry;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.Responses;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /feeds} and {@code POST /feeds/{collection}/refresh}: what the feeds do, and what is wrong in the registry, for
 * administrators alone.
 */
final class FeedsEndpoint {

    /** How long an administrator waits for a refresh; it goes on after that. */
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final GlobalFeeds feeds;
    private final Callers callers;
    private final Scheduler scheduler;

    FeedsEndpoint(GlobalFeeds feeds, Callers callers, Scheduler scheduler) {
        this.feeds = feeds;
        this.callers = callers;
        this.scheduler = scheduler;
    }

    void status(Exchange exchange) throws IOException {
        callers.admitAdministrator(exchange, identity -> {
            ObjectNode json = Responses.object();
            ArrayNode all = json.putArray("feeds");
            feeds.status().forEach(status -> describe(status, all.addObject()));
            ArrayNode unused = json.putArray("unusedViews");
            feeds.unusedViews().forEach(view -> describe(view, unused.addObject()));
            ArrayNode problems = json.putArray("problems");
            feeds.registryProblems().forEach(problem -> describe(problem, problems.addObject()));
            exchange.send(HttpServletResponse.SC_OK, Responses.bytes(json));
        });
    }

    private static void describe(FeedRegistry.Problem problem, ObjectNode json) {
        json.put("source", problem.source())
                .put("feed", problem.feed())
                .put("key", problem.key())
                .put("message", problem.message());
    }

    private static void describe(FeedStatus status, ObjectNode json) {
        json.put("collection", status.feed().collection())
                .put("viewName", status.feed().viewName())
                .put("access", status.feed().access().name().toLowerCase(Locale.ROOT));
        Page.View view = status.view();
        if (view == null) {
            json.putNull("view");
        } else {
            json.putObject("view")
                    .put("generation", view.generation())
                    .put("refreshedAt", view.refreshedAt().toString())
                    .put("rows", view.rows())
                    .put("databases", view.databases())
                    .put("behind", view.behind())
                    .put("documentsLeftOut", status.leftOut().documents())
                    .put("bytes", status.bytes());
        }
        json.put(
                "stalenessSeconds",
                status.staleness() == null ? null : status.staleness().toMillis() / 1000.0);
        if (status.progress() != null) {
            json.putObject("progress")
                    .put("done", status.progress().done())
                    .put("total", status.progress().total());
        }
        json.put(
                        "nextRefresh",
                        status.nextRefresh() == null
                                ? null
                                : status.nextRefresh().toString())
                .put("failures", status.failures())
                .put("lastFailure", status.lastFailure());
        ArrayNode indexes = json.putArray("indexes");
        status.indexes()
                .forEach(index -> indexes.addObject()
                        .put("rows", index.rows())
                        .put("bytes", index.bytes())
                        .set("fields", index.fields().json()));
        ObjectNode behind = json.putObject("behind");
        new TreeMap<>(status.behind()).forEach(behind::put);
        ArrayNode leftOut = json.putArray("leftOut");
        status.leftOut()
                .examples()
                .forEach(example -> leftOut.addObject()
                        .put("database", example.database())
                        .put("id", example.id())
                        .put("reason", example.reason().words()));
    }

    private static void describe(ViewEntry unused, ObjectNode json) {
        json.put("viewName", unused.view())
                .put("generation", unused.head().generation())
                .put("refreshedAt", unused.head().refreshedAt().toString())
                .put("rows", unused.rows())
                .put("databases", unused.head().databases())
                .put("format", unused.head().format());
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
                .put("databases", result.databases())
                .put("moved", result.moved())
                .put("rows", result.rows())
                .put("behind", result.behindCount())
                .put("documentsLeftOut", result.documentsLeftOut());
    }
}
