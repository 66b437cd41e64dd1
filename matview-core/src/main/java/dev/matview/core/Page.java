package dev.matview.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

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

    /** The state of the view the page was read from. */
    View view();

    /**
     * Names the generation: no two generations of any view of this name have the same tag, also across restarts. With
     * the query it names the page.
     */
    String generationTag();

    /**
     * A view as a reader sees it.
     *
     * @param generation the generation read
     * @param refreshedAt when that generation was last known to match the user databases
     * @param rows how many rows of it the caller may read in all
     * @param databases how many user databases the feed covers
     * @param behind how many of them could not be read lately and show an earlier state
     */
    record View(long generation, Instant refreshedAt, int rows, int databases, int behind) {}
}
