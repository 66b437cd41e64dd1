package dev.matview.core.spi;

import dev.matview.core.feed.FeedDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What changed in one user database since a position, as far as one feed is concerned: every document that was written or
 * deleted since is in it once, as it is now. Immutable.
 *
 * @param since the position of the slice that the change starts from
 * @param position what the slice reflects after the change
 * @param put the rows of those that match. Of a feed with a limit the first ones are enough, as in a {@link Slice}
 * @param others the ids of all others: of those that were deleted, do not match, or could not be read. Their rows, if they
 *     have some, are gone; and whoever refers to them refers to something else now
 * @param leftOut those of the others that could not be read
 */
public record SliceChange(
        String database, Position since, Position position, List<Row> put, Set<String> others, LeftOut leftOut) {

    public SliceChange {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(leftOut, "leftOut");
        put = List.copyOf(put);
        others = Set.copyOf(others);
    }

    /** The ids of all documents that changed. */
    public Set<String> ids() {
        Set<String> ids = new HashSet<>(others);
        put.forEach(row -> ids.add(row.id()));
        return ids;
    }

    /**
     * The slice after the change.
     *
     * @param held the feed's slice of the database, at the position that the change starts from
     * @return empty where the change is not enough to tell, and the database is to be read whole: a document may come out of
     *     those that a limit had cut off, or become readable of which only is known that there are such
     */
    public Optional<Slice> applyTo(Slice held, FeedDefinition feed) {
        Optional<LeftOut> left = leftOutAfter(held.leftOut());
        if (!held.position().equals(since) || left.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Row> rows = new HashMap<>();
        held.rows().forEach(row -> rows.put(row.id(), row));
        rows.keySet().removeAll(others);
        put.forEach(row -> rows.put(row.id(), row));
        List<Row> next = new ArrayList<>(rows.values());
        if (feed.limit().isPresent()) {
            Optional<List<Row>> first = first(next, held.rows(), feed.limit().getAsInt());
            if (first.isEmpty()) {
                return Optional.empty();
            }
            next = first.get();
        }
        return Optional.of(new Slice(database, position, next, left.get()));
    }

    /**
     * The first rows of a slice with a limit. One that is as long as the limit has perhaps been cut there: up to its last
     * row everything is known, and nothing of what follows.
     */
    private static Optional<List<Row>> first(List<Row> rows, List<Row> held, int limit) {
        List<Row> known = rows;
        if (held.size() >= limit && !held.isEmpty()) {
            Row last = Collections.max(held);
            known = rows.stream().filter(row -> row.compareTo(last) <= 0).toList();
            if (known.size() < limit) {
                return Optional.empty();
            }
        }
        return Optional.of(known.stream().sorted().limit(limit).toList());
    }

    /**
     * The documents that are left out of the slice after the change; empty where they cannot be told, because not all that
     * were left out before are known by their ids.
     */
    public Optional<LeftOut> leftOutAfter(LeftOut held) {
        if (held.isEmpty()) {
            return Optional.of(leftOut);
        }
        if (!held.namesAll()) {
            return Optional.empty();
        }
        Set<String> changed = ids();
        return Optional.of(held.without(changed).and(leftOut));
    }
}
