package dev.matview.core.internal.view;

import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a generation beside its rows, so that they are found by something else than their place in the feed's order.
 * That of the next generation is made of the one before by the rows that differ, and shares the rest. Immutable.
 */
public final class ViewIndexes {

    private final Generation generation;
    private final FieldIndexes fields;
    private final @Nullable AclIndex acl;

    private ViewIndexes(Generation generation, FieldIndexes fields, @Nullable AclIndex acl) {
        this.generation = generation;
        this.fields = fields;
        this.acl = acl;
    }

    /**
     * The indexes of a generation.
     *
     * @param before those of another one of the same view; null for none
     * @param room how many bytes those over fields may take
     */
    static ViewIndexes of(FeedDefinition feed, Generation generation, @Nullable ViewIndexes before, long room) {
        boolean isContinued = before != null && RowChanges.areComparable(before.generation, generation);
        FieldIndexes fields = FieldIndexes.of(
                feed,
                generation,
                before != null && isContinued ? before.fields : null,
                before == null ? null : before.generation,
                room);
        return new ViewIndexes(generation, fields, feed.access() == Access.ACL ? acl(feed, generation, before) : null);
    }

    /** Those of a generation that is not in the heap: whatever finds rows there is where they are. */
    static ViewIndexes elsewhere(Generation generation) {
        return new ViewIndexes(generation, FieldIndexes.NONE, null);
    }

    private static AclIndex acl(FeedDefinition feed, Generation generation, @Nullable ViewIndexes before) {
        OrderedRows shown = generation.visible(feed);
        if (before == null || before.acl == null || !RowChanges.areComparable(before.generation, generation)) {
            return AclIndex.of(shown);
        }
        return before.acl.after(RowChanges.between(feed, before.generation, generation), shown);
    }

    /** The indexes over fields that there are: those that the feed lists, as far as they have room. */
    public List<Index> all() {
        return fields.all();
    }

    /** How much memory those over fields take, about. */
    public long bytes() {
        return fields.bytes();
    }

    /** How much memory the one over ACLs takes, about; 0 where there is none. */
    public long aclBytes() {
        return acl == null ? 0 : acl.bytes();
    }

    /** Whether there was room for all that the definition lists. */
    boolean areComplete() {
        return fields.areComplete();
    }

    /** These, but of those over fields only what the others have too. */
    ViewIndexes also(ViewIndexes others) {
        return new ViewIndexes(generation, fields.also(others.fields), acl);
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
        long references = fields.referencesNotSharedWith(other.fields);
        if (acl == null) {
            return references;
        }
        return references + (other.acl == null ? acl.allReferences() : acl.referencesNotSharedWith(other.acl));
    }
}
