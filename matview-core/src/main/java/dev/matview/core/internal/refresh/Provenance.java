package dev.matview.core.internal.refresh;

import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.ViewHead;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which definition made which rows, and so whose rows they may be: asked here, wherever it matters. */
final class Provenance {

    private Provenance() {}

    /** Whether rows that one of them makes are those that the other makes. Name and time of a feed are of no matter. */
    static boolean isSame(FeedDefinition one, FeedDefinition other) {
        return one.fingerprint().equals(other.fingerprint());
    }

    /** Whether they list the same indexes, which are of no matter to rows. */
    static boolean hasSameIndexes(FeedDefinition one, FeedDefinition other) {
        return columns(one).equals(columns(other));
    }

    private static List<List<SortOrder.Column>> columns(FeedDefinition feed) {
        return feed.indexes().stream().map(SortOrder::columns).toList();
    }

    /** Whether there is a generation and its rows were made by this definition: others may show what the feed's hides. */
    static boolean isOf(FeedDefinition feed, @Nullable ViewHead head) {
        return head != null && head.fingerprint().equals(feed.fingerprint());
    }

    /**
     * Whether a generation may be shown while the feed is defined so, also one of an earlier definition that is served until
     * it is rebuilt: rows that were made without ACLs are not, from the moment the feed asks for ACLs.
     */
    static boolean mayBeShown(FeedDefinition feed, Served generation) {
        return feed.access() != Access.ACL || generation.feed().access() == Access.ACL;
    }

    /**
     * Whether what a visit found of a slice can stand on a generation that was committed meanwhile: that has the slice where
     * the visit started from. Where it has it as it was found, there may be more to it all the same.
     *
     * @param held where the visit started from; null where there was none
     * @param found where it found the slice; null for gone
     * @param now where that generation has it; null for nowhere
     * @param refers whether rows hold documents that others refer to: what they lead to may be the visit's too
     */
    static boolean isOurs(@Nullable Position held, @Nullable Position found, @Nullable Position now, boolean refers) {
        if (!Objects.equals(now, found)) {
            return Objects.equals(now, held);
        }
        // Read though it did not move, and found to be other than it was held: nobody else has that.
        boolean mends = found != null && found.equals(held);
        return mends || (found != null && refers);
    }

    /** Whether that generation has the slice elsewhere than it was found, and than it was held. */
    static boolean isOther(@Nullable Position held, @Nullable Position found, @Nullable Position now) {
        return !Objects.equals(now, found) && !Objects.equals(now, held);
    }
}
