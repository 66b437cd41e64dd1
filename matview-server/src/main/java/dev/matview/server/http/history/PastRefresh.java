package dev.matview.server.http.history;

import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A refresh that has ended. Immutable.
 *
 * @param result null when it failed; names no databases that are behind, of which there may be a hundred each time
 * @param reason why it failed, or could read no database; null when neither
 */
public record PastRefresh(
        Run run, @Nullable RefreshResult result, @Nullable String reason) {

    static PastRefresh of(Run run, RefreshResult result) {
        RefreshResult counted = new RefreshResult(
                result.collection(),
                result.generation(),
                result.changed(),
                result.databases(),
                result.moved(),
                result.rows(),
                result.rowChanges(),
                List.of(),
                result.behindCount(),
                result.documentsLeftOut());
        return new PastRefresh(run, counted, result.outcome() == RefreshResult.Outcome.UNREAD ? unread(result) : null);
    }

    private static String unread(RefreshResult result) {
        String example = result.behind().stream()
                .findFirst()
                .map(one -> ", for example " + one.database() + ": " + one.reason())
                .orElse("");
        return "none of " + result.behindCount() + " databases could be read" + example;
    }
}
