package dev.matview.core.internal.view;

import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.RefreshResult;
import dev.matview.core.error.FailureKind;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How well a generation covers its sources, as far as this process knows.
 *
 * @param verifiedAt when the generation was last known to match them
 * @param databases how many user databases the feed covers
 * @param behind those that could not be read, by their names; at most {@link RefreshResult#MAX_BEHIND} of them
 * @param behindCount how many there are in all
 * @param behindKinds how many there are of each kind of failure
 */
public record Coverage(
        Instant verifiedAt,
        int databases,
        List<Behind> behind,
        int behindCount,
        Map<FailureKind, Integer> behindKinds) {

    public Coverage {
        behind = List.copyOf(behind);
        behindKinds = Map.copyOf(behindKinds);
    }

    /** What the one who committed the generation knew. */
    public static Coverage of(ViewHead head) {
        return of(head, List.of());
    }

    /**
     * The same: it says how many databases are behind. Which, is what this process found itself lately, as far as it goes.
     */
    public static Coverage of(ViewHead head, List<Behind> found) {
        List<Behind> named = found.subList(0, Math.min(found.size(), head.behind()));
        Map<FailureKind, Integer> kinds = new EnumMap<>(FailureKind.class);
        named.forEach(behind -> kinds.merge(behind.kind(), 1, Integer::sum));
        if (named.size() < head.behind()) {
            kinds.merge(FailureKind.UNKNOWN, head.behind() - named.size(), Integer::sum);
        }
        return new Coverage(head.refreshedAt(), head.databases(), named, head.behind(), kinds);
    }

    /** One of those that are behind, and why. */
    public String example() {
        Behind first = behind.get(0);
        return first.database() + "=" + first.reason();
    }
}
