package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A page of one generation of a view. Immutable and thread-safe. */
public interface Page {

    /** The documents as a JSON array in UTF-8, ready to be sent. The array is shared: do not write to it. */
    byte[] json();

    /** The documents, parsed anew at each call. */
    List<ObjectNode> documents();

    /** How many documents are on the page. */
    int size();

    /**
     * Where the page ends: given back with the same query, the next page of the same generation. There is one after the
     * last page too; it leads to an empty page.
     */
    String bookmark();

    /**
     * What leads from an earlier answer to this one, when both are of one query.
     *
     * @throws IllegalArgumentException when the other page is not from the same {@link GlobalFeeds}
     */
    Delta since(Page before);

    /**
     * What the reader should know beside the documents: that the page {@linkplain #endsEarly() ends early}, or shows some
     * references as they are.
     */
    Optional<String> warning();

    /**
     * Whether there are fewer documents than asked for because the page has reached as many bytes, or refers to as many
     * documents, as one may; the bookmark leads on. There is at least one. Only an empty page means the end.
     */
    boolean endsEarly();

    /** The state of the view the page was read from. */
    View view();

    /**
     * Names the generation: no two generations of any view of this name have the same tag, also across restarts. With
     * the query it names the page.
     */
    String generationTag();

    /**
     * The difference of two answers.
     *
     * @param added documents that only the later one has
     * @param changed documents that both have, as they are in the later one, where they differ
     * @param removed documents that only the earlier one has, as they were
     */
    record Delta(List<ObjectNode> added, List<ObjectNode> changed, List<ObjectNode> removed) {
        public Delta {
            added = List.copyOf(added);
            changed = List.copyOf(changed);
            removed = List.copyOf(removed);
        }

        /** Whether nothing differs but perhaps the order. */
        public boolean isEmpty() {
            return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
        }
    }

    /**
     * A view as a reader sees it.
     *
     * @param generation the generation read
     * @param refreshedAt when that generation was last known to match the user databases
     * @param rows how many rows of it the caller may read in all; of the caller's own database, how many the query
     *     selects, or -1 where that is not known because reading ended with the page
     * @param databases how many user databases the feed covers
     * @param behind how many of them could not be read lately and show an earlier state
     */
    record View(long generation, Instant refreshedAt, int rows, int databases, int behind) {}
}
