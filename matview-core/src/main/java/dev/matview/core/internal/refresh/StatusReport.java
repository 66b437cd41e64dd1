package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus;
import dev.matview.core.RefreshResult;
import dev.matview.core.RefreshResult.RowChanges;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.refresh.FeedTask.Plan;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.ViewFormatException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what a feed is doing, in the words of its {@link FeedStatus}, and how its refresh ended. */
final class StatusReport {

    private StatusReport() {}

    /** @param refusal why the view is left alone; null when it is not */
    static FeedStatus of(
            FeedDefinition feed,
            Optional<Served> served,
            @Nullable ViewFormatException refusal,
            Plan plan,
            Instant now) {
        return new FeedStatus(
                feed,
                served.map(s -> s.view(s.generation().visibleRows(s.feed()))).orElse(null),
                served.map(s -> Duration.between(s.coverage().verifiedAt(), now))
                        .orElse(null),
                plan.underWay() == null ? null : plan.underWay().progress(now),
                plan.due(),
                plan.failures(),
                refusal == null ? plan.lastFailure() : refusal.getMessage(),
                served.map(s -> s.coverage().behind()).orElse(List.of()),
                served.map(s -> s.coverage().behindKinds()).orElse(Map.of()),
                served.map(s -> s.generation().leftOut()).orElse(LeftOut.NOTHING),
                served.map(s -> s.generation().bytes()).orElse(0L),
                served.map(s -> s.indexes().aclBytes()).orElse(0L),
                served.map(s -> s.indexes().all()).orElse(List.of()).stream()
                        .map(StatusReport::status)
                        .toList());
    }

    private static FeedStatus.Index status(Index index) {
        return new FeedStatus.Index(index.order(), index.rows(), index.bytes());
    }

    /** Of a refresh that has found this. */
    static RefreshResult result(Findings visit, Optional<Served> served, boolean changed, RowChanges rows) {
        Coverage coverage = visit.coverage();
        return new RefreshResult(
                visit.feed().collection(),
                served.map(now -> now.generation().head().generation()).orElse(0L),
                changed,
                coverage.databases(),
                visit.movedCount(),
                served.map(now -> now.generation().visibleRows(now.feed())).orElse(0),
                rows,
                coverage.behind(),
                coverage.behindCount(),
                served.map(now -> now.generation().head().documentsLeftOut()).orElse(0));
    }
}
