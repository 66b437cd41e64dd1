package dev.matview.core.internal.view;

import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a generation beside its rows, so that they are found by something else than their place in the feed's order.
 * That of the next generation is made of the one before by the rows that differ, and shares the rest. Immutable.
 */
public final class ViewIndexes {

    private final Generation generation;
    private final @Nullable AclIndex acl;

    private ViewIndexes(Generation generation, @Nullable AclIndex acl) {
        this.generation = generation;
        this.acl = acl;
    }

    /**
     * The indexes of a generation.
     *
     * @param before those of another one of the same view; null for none
     */
    static ViewIndexes of(FeedDefinition feed, Generation generation, @Nullable ViewIndexes before) {
        return new ViewIndexes(generation, feed.access() == Access.ACL ? acl(feed, generation, before) : null);
    }

    private static AclIndex acl(FeedDefinition feed, Generation generation, @Nullable ViewIndexes before) {
        OrderedRows shown = generation.visible(feed);
        if (before == null || before.acl == null || !RowChanges.areComparable(before.generation, generation)) {
            return AclIndex.of(shown);
        }
        return before.acl.after(RowChanges.between(feed, before.generation, generation), shown);
    }

    /**
     * The index over ACLs.
     *
     * @throws IllegalStateException when the feed is none of {@link Access#ACL}: without an index nothing is shown
     */
    public AclIndex acl() {
        if (acl == null) {
            throw new IllegalStateException("a generation of " + generation.view() + " without an index over ACLs");
        }
        return acl;
    }

    /** How much memory they take beside the other's, in references. Costs what differs. */
    long referencesNotSharedWith(ViewIndexes other) {
        if (acl == null) {
            return 0;
        }
        return other.acl == null ? acl.allReferences() : acl.referencesNotSharedWith(other.acl);
    }
}
