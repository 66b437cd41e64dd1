package dev.matview.core.internal.refresh;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Base;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SliceChange} makes of the slice that a generation holds: the same as {@link SliceChange#applyTo}, without
 * looking at rows that did not change, unless the feed has a limit. Stateless.
 */
final class ChangedSlice {

    private ChangedSlice() {}

    /**
     * The change with what is left out of the whole slice after it, and of a feed with a limit with the rows that come into
     * the slice or leave it because others do.
     *
     * @return empty where the change is not enough to know the slice
     */
    static Optional<SliceChange> resolve(SliceChange change, Base base, FeedDefinition feed) {
        @Nullable Position held = base.position(change.database());
        if (held == null || !held.equals(change.since())) {
            return Optional.empty();
        }
        LeftOut leftOut = base.leftOut(change.database());
        if (feed.limit().isEmpty()) {
            return change.leftOutAfter(leftOut)
                    .map(left -> new SliceChange(
                            change.database(), held, change.position(), change.put(), change.others(), left));
        }
        Slice before = new Slice(change.database(), held, base.slice(change.database()), leftOut);
        return change.applyTo(before, feed).map(after -> between(before, after, change));
    }

    /** What leads from one slice to the other, with all that changed in the database. */
    private static SliceChange between(Slice before, Slice after, SliceChange change) {
        Map<String, Row> earlier = new HashMap<>();
        before.rows().forEach(row -> earlier.put(row.id(), row));
        Set<String> others = new HashSet<>(earlier.keySet());
        others.addAll(change.ids());
        List<Row> put = new ArrayList<>();
        for (Row row : after.rows()) {
            others.remove(row.id());
            if (row != earlier.get(row.id())) {
                put.add(row);
            }
        }
        return new SliceChange(before.database(), before.position(), after.position(), put, others, after.leftOut());
    }
}
