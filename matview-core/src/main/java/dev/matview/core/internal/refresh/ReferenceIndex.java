package dev.matview.core.internal.refresh;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.Referred;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the {@link References} of one view for the generation that was last asked for. Thread-safe. */
final class ReferenceIndex {

    private @Nullable HeldReferences latest;
    private @Nullable FeedDefinition of;

    /** The feed expands nothing any more. */
    synchronized void forget() {
        latest = null;
        of = null;
    }

    /**
     * Costs what differs from the generation that was last asked for; all of it at the first call, or for another feed. A store
     * that keeps the rows keeps these as well.
     */
    References of(Base.Committed generation, FeedDefinition feed, UserDatabases users) {
        return generation instanceof StoredGeneration stored
                ? new InStore(stored.pages(), feed, users)
                : of((Snapshot) generation, feed, users);
    }

    synchronized HeldReferences of(Snapshot generation, FeedDefinition feed, UserDatabases users) {
        HeldReferences known = latest;
        HeldReferences next = known == null || of == null || !Provenance.isSame(of, feed)
                ? HeldReferences.of(generation, feed, users)
                : known.of(generation);
        latest = next;
        of = feed;
        return next;
    }

    /** Those of rows that a store keeps. */
    private record InStore(PagedGeneration pages, FeedDefinition feed, UserDatabases users) implements References {

        @Override
        public List<Row> to(String database) {
            return Referred.to(pages, feed, database);
        }

        @Override
        public List<Row> to(String database, String id) {
            return Referred.to(pages, feed, database, id);
        }

        @Override
        public List<Row> outside() {
            return Referred.outside(pages);
        }

        @Override
        public @Nullable Expansion held(String database, String id) {
            return Referred.oneTo(pages, feed, database, id).stream()
                    .flatMap(row -> row.expansions().stream())
                    .filter(reference -> reference.ref().equals(id)
                            && users.database(reference.did())
                                    .filter(database::equals)
                                    .isPresent())
                    .findFirst()
                    .orElse(null);
        }
    }
}
