package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedStatus;
import dev.matview.core.Page;
import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.spi.ViewEntry;
import dev.matview.server.http.exchange.Responses;
import dev.matview.server.http.history.PastRefresh;
import dev.matview.server.http.history.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Feeds as administrators are told of them, in JSON: times are ISO-8601 in UTC, durations seconds. */
final class FeedJson {

    private FeedJson() {}

    static void describe(FeedRegistry.Problem problem, ObjectNode json) {
        json.put("source", problem.source())
                .put("feed", problem.feed())
                .put("key", problem.key())
                .put("message", problem.message());
    }

    static void describe(FeedStatus status, @Nullable PastRefresh last, ObjectNode json) {
        json.put("collection", status.feed().collection())
                .put("viewName", status.feed().viewName())
                .put("access", word(status.feed().access()));
        describeView(status, json);
        json.put("stalenessSeconds", seconds(status.staleness()));
        FeedStatus.Progress progress = status.progress();
        if (progress != null) {
            json.putObject("progress")
                    .put("done", progress.done())
                    .put("total", progress.total())
                    .put("secondsLeft", seconds(progress.left()));
        }
        json.put("nextRefresh", text(status.nextRefresh()))
                .put("failures", status.failures())
                .put("lastFailure", status.lastFailure())
                .set("lastRefresh", last == null ? null : of(last));
        ArrayNode indexes = json.putArray("indexes");
        status.indexes()
                .forEach(index -> indexes.addObject()
                        .put("rows", index.rows())
                        .put("bytes", index.bytes())
                        .set("fields", index.fields().json()));
        describe(status.behind(), json);
        ArrayNode leftOut = json.putArray("leftOut");
        status.leftOut()
                .examples()
                .forEach(example -> leftOut.addObject()
                        .put("database", example.database())
                        .put("id", example.id())
                        .put("reason", example.reason().words()));
    }

    static void describe(ViewEntry unused, ObjectNode json) {
        json.put("viewName", unused.view())
                .put("generation", unused.head().generation())
                .put("refreshedAt", unused.head().refreshedAt().toString())
                .put("rows", unused.rows())
                .put("databases", unused.head().databases())
                .put("format", unused.head().format());
    }

    private static void describeView(FeedStatus status, ObjectNode json) {
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
    }

    /** Twice: the first is what there was before it was known since when. */
    private static void describe(List<FeedStatus.Behind> behind, ObjectNode json) {
        ObjectNode reasons = json.putObject("behind");
        ArrayNode databases = json.putArray("behindDatabases");
        for (FeedStatus.Behind one : behind) {
            reasons.put(one.database(), one.reason());
            databases
                    .addObject()
                    .put("database", one.database())
                    .put("kind", word(one.kind()))
                    .put("reason", one.reason())
                    .put("since", one.since().toString());
        }
    }

    static ObjectNode of(PastRefresh past) {
        Run run = past.run();
        RefreshResult result = past.result();
        ObjectNode json = Responses.object()
                .put("startedAt", run.begunAt().toString())
                .put("tookSeconds", seconds(run.took()))
                .put("why", word(run.why()));
        if (result == null) {
            return json.put("outcome", "failed").put("reason", past.reason());
        }
        return json.put("outcome", word(result.outcome()))
                .put("reason", past.reason())
                .put("generation", result.generation())
                .put("databases", result.databases())
                .put("moved", result.moved())
                .put("rows", result.rows())
                .put("added", result.rowChanges().added())
                .put("changed", result.rowChanges().changed())
                .put("removed", result.rowChanges().removed())
                .put("behind", result.behindCount());
    }

    static void describe(Sample sample, ObjectNode json) {
        json.put("at", sample.at().toString())
                .put("stalenessSeconds", seconds(sample.staleness()))
                .put("rows", sample.rows())
                .put("refreshSeconds", seconds(sample.refresh()))
                .put("behind", sample.behind());
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis() / 1000.0;
    }
}
