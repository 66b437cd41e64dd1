package dev.matview.core.internal.view;

import dev.matview.core.RefreshResult;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.Map;

/**
 * How well a generation covers its sources, as far as this process knows.
 *
 * @param verifiedAt when the generation was last known to match them
 * @param databases how many user databases the feed covers
 * @param behind those that could not be read, with the reason; at most {@link RefreshResult#MAX_BEHIND} of them
 * @param behindCount how many there are in all
 */
public record Coverage(Instant verifiedAt, int databases, Map<String, String> behind, int behindCount) {

    public Coverage {
        behind = Map.copyOf(behind);
    }

    /** What the one who committed the generation knew. */
    public static Coverage of(ViewHead head) {
        return new Coverage(head.refreshedAt(), head.databases(), Map.of(), head.behind());
    }
}
