package dev.matview.core.internal.view;

import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.LiveView.Served;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a generation beside its rows, so that they are found by something else than their place in the feed's order.
 * That of the next generation is made of the one before by the rows that differ, and shares the rest. Immutable.
 */
public final class ViewIndexes {

    private final ListedIndexes listed;
    private final @Nullable AclIndex acl;

    private ViewIndexes(ListedIndexes listed, @Nullable AclIndex acl) {
        this.listed = listed;
        this.acl = acl;
    }

    /**
     * The indexes of a generation.
     *
     * @param before a generation of the same view, with its indexes; null for none
     * @param room how many bytes those may take that the definition lists
     */
    static ViewIndexes of(FeedDefinition feed, Generation generation, @Nullable Served before, long room) {
        return new ViewIndexes(
                ListedIndexes.of(feed, generation, before, room),
                feed.access() == Access.ACL ? acl(feed, generation, before) : null);
    }

    private static AclIndex acl(FeedDefinition feed, Generation generation, @Nullable Served before) {
        OrderedRows shown = generation.visible(feed);
        AclIndex known = before == null ? null : before.indexes().acl;
        if (before == null || known == null || !RowChanges.areComparable(before.generation(), generation)) {
            return AclIndex.of(shown);
        }
        return before.generation() == generation
                ? known
                : known.after(RowChanges.between(feed, before.generation(), generation), shown);
    }

    /** Those that the definition lists. */
    public ListedIndexes listed() {
        return listed;
    }

    /**
     * The index over ACLs.
     *
     * @throws IllegalStateException when the feed is none of {@link Access#ACL}: without an index nothing is shown
     */
    public AclIndex acl() {
        if (acl == null) {
            throw new IllegalStateException("a generation without an index over ACLs");
        }
        return acl;
    }

    /** With no listed indexes that the others do not have. */
    ViewIndexes also(ViewIndexes others) {
        return new ViewIndexes(listed.also(others.listed), acl);
    }

    /** How much memory they take beside the other's, in references. Costs what differs. */
    long referencesNotSharedWith(ViewIndexes other) {
        long ofListed = listed.referencesNotSharedWith(other.listed);
        if (acl == null) {
            return ofListed;
        }
        return ofListed + (other.acl == null ? acl.allReferences() : acl.referencesNotSharedWith(other.acl));
    }
}
