package dev.matview.core.internal.view;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes over fields that a feed lists, of one generation. An index for which there is no room is not kept: it is a matter
 * of cost alone. Immutable.
 */
final class FieldIndexes {

    /** No indexes. */
    static final FieldIndexes NONE = new FieldIndexes(List.of(), List.of());

    private static final Logger log = LoggerFactory.getLogger(FieldIndexes.class);

    private final List<Index> kept;
    private final List<Refused> refused;

    /**
     * An index that was not kept.
     *
     * @param room how many bytes it had, which were not enough
     * @param missing how many more it is to have, or to need less, before it is worth while to make it again
     */
    private record Refused(Index.Layout layout, long room, long missing) {

        /** It is not made for less than an eighth of the room: that would be often. */
        static Refused of(Index.Layout layout, long room, long excess) {
            return new Refused(layout, room, Math.max(excess, room / 8));
        }

        /** @param freed the most that the keys of rows which left can have taken */
        Refused later(long freed, long roomNow) {
            return new Refused(layout, Math.max(room, roomNow), missing - freed - Math.max(0, roomNow - room));
        }
    }

    private FieldIndexes(List<Index> kept, List<Refused> refused) {
        this.kept = List.copyOf(kept);
        this.refused = List.copyOf(refused);
    }

    /** Those that there are. */
    List<Index> all() {
        return kept;
    }

    /** How much memory they take, about. */
    long bytes() {
        return kept.stream().mapToLong(Index::bytes).sum();
    }

    /** Whether there was room for all that the definition lists. */
    boolean areComplete() {
        return refused.isEmpty();
    }

    /** Those among them that the others have too. */
    FieldIndexes also(FieldIndexes others) {
        List<Index> both = kept.stream()
                .filter(index -> others.find(index.layout()).isPresent())
                .toList();
        return both.size() == kept.size() ? this : new FieldIndexes(both, List.of());
    }

    private Optional<Index> find(Index.Layout layout) {
        return kept.stream().filter(index -> index.layout().isSame(layout)).findFirst();
    }

    private boolean isRefused(Index.Layout layout) {
        return refused.stream().anyMatch(one -> one.layout().isSame(layout));
    }

    private static List<Index.Layout> layouts(FeedDefinition feed) {
        List<Index.Layout> layouts = new ArrayList<>();
        for (SortOrder order : feed.indexes()) {
            Index.Layout layout = Index.Layout.of(order, feed);
            if (layouts.stream().noneMatch(layout::isSame)) {
                layouts.add(layout);
            }
        }
        return layouts;
    }

    /**
     * The indexes of a generation that the definition lists.
     *
     * @param last those of the generation before; null where rows of the two cannot be told apart, or there is none
     * @param before that generation
     * @param room how many bytes they may take
     */
    static FieldIndexes of(
            FeedDefinition feed,
            Generation generation,
            @Nullable FieldIndexes last,
            @Nullable Generation before,
            long room) {
        List<Index.Layout> layouts = layouts(feed);
        if (layouts.isEmpty()) {
            return NONE;
        }
        FieldIndexes known = last == null ? NONE : last;
        Changes changes = last == null || before == null ? null : Changes.between(before, generation);
        List<Index> kept = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        long left = room;
        for (Index.Layout layout : layouts) {
            Optional<Refused> missed = changes == null ? Optional.empty() : changes.later(known.refused(layout), left);
            if (missed.isPresent() && missed.get().missing() > 0) {
                refused.add(missed.get());
                continue;
            }
            Index index = changes == null ? null : changes.applied(known, layout);
            IndexBuilder builder = new IndexBuilder(layout, left);
            Index made = index == null ? builder.build(generation) : index;
            if (made == null || made.bytes() > left) {
                refused.add(Refused.of(layout, left, made == null ? builder.excess() : made.bytes() - left));
            } else {
                kept.add(made);
                left -= made.bytes();
            }
        }
        FieldIndexes indexes = new FieldIndexes(kept, refused);
        indexes.tell(feed, known);
        return indexes;
    }

    private Optional<Refused> refused(Index.Layout layout) {
        return refused.stream().filter(one -> one.layout().isSame(layout)).findFirst();
    }

    /** One line when an index begins to be missed, and one when it is there again. */
    private void tell(FeedDefinition feed, FieldIndexes before) {
        for (Refused one : refused) {
            if (!before.isRefused(one.layout())) {
                log.warn(
                        "{}: there is no room for the index {} (maxViewBytes, --max-view-bytes); queries are searched",
                        feed.collection(),
                        one.layout().order());
            }
        }
        for (Refused one : before.refused) {
            if (find(one.layout()).isPresent()) {
                log.info(
                        "{}: there is room again for the index {}",
                        feed.collection(),
                        one.layout().order());
            }
        }
    }

    /** What leads from the rows of one generation to those of another. */
    private record Changes(List<Row> leaving, List<Row> coming, int rows) {

        static Changes between(Generation before, Generation after) {
            return before == after
                    ? new Changes(List.of(), List.of(), after.size())
                    : new Changes(before.notSharedWith(after), after.notSharedWith(before), after.size());
        }

        /** What an index that was not kept lacks now. */
        Optional<Refused> later(Optional<Refused> refused, long room) {
            return refused.map(
                    one -> one.later(leaving.stream().mapToLong(Row::bytes).sum(), room));
        }

        /** The index, carried on; null when there was none, or all of it is as soon made anew. */
        @Nullable
        Index applied(FieldIndexes before, Index.Layout layout) {
            int changed = leaving.size() + coming.size();
            return before.find(layout)
                    .filter(index -> changed == 0 || changed < rows / 2)
                    .map(index -> changed == 0 ? index : index.next(leaving, coming))
                    .orElse(null);
        }
    }

    /** How much memory they take beside the other's, in references. Costs what differs. */
    long referencesNotSharedWith(FieldIndexes other) {
        long references = 0;
        for (Index index : kept) {
            references += other.find(index.layout())
                    .map(index::referencesNotSharedWith)
                    .orElse(index.bytes() / Integer.BYTES);
        }
        return references;
    }
}
