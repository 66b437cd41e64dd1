package dev.matview.core.spi;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The slices of a view that a {@link PagedViewStore} keeps, as refreshes ask for them: of a {@link PagedGeneration}, or of what is
 * {@linkplain PagedViewStage aside}. Thread-safe.
 */
public interface PagedSlices {

    /**
     * What slices reflect, without their rows, a part of them after the other.
     *
     * @param since a generation of the same view, of which the slices are known: then those are given that changed since, or were
     *     dropped; 0 gives all there are. Of what is aside it is 0. One that was made anew as a whole since, or is forgotten,
     *     has {@link PastGenerationException} thrown
     * @param after the last database of the part before; null begins with the first
     * @return in an order of the store's own, as many as there are up to the limit
     * @throws PastGenerationException also where the generation is not the current one any more: only that one's slices are kept
     */
    List<SliceState> slices(long since, @Nullable String after, int limit);

    /** The rows of one slice, in no order; none when there is no such slice. */
    List<Row> slice(String database);

    /** Those of these rows that there are, in no order. */
    List<Row> find(Collection<RowId> rows);

    /**
     * What one slice reflects.
     *
     * @param position null when there is no slice of the database any more; then there are no rows, and nothing is left out
     * @param rows how many rows it has
     */
    record SliceState(String database, @Nullable Position position, LeftOut leftOut, int rows) {
        public SliceState {
            Objects.requireNonNull(database, "database");
            Objects.requireNonNull(leftOut, "leftOut");
        }
    }

    /** The identity of a row. */
    record RowId(String database, String id) {
        public RowId {
            Objects.requireNonNull(database, "database");
            Objects.requireNonNull(id, "id");
        }

        /** That of a row. */
        public static RowId of(Row row) {
            return new RowId(row.database(), row.id());
        }
    }
}
