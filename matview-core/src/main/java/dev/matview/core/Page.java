package dev.matview.core;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.spi.ViewStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A page of one generation of a view. Immutable and thread-safe. Only a {@link GlobalFeeds} makes pages: who needs one for a
 * test asks a feed over {@link dev.matview.core.memory.InMemoryDatabases} for it.
 */
public sealed interface Page permits ServedPage {

    /** The documents as a JSON array in UTF-8, ready to be sent. The array is shared: do not write to it. */
    byte[] json();

    /** The documents, parsed anew at each call. */
    List<ObjectNode> documents();

    /**
     * The documents as values of a type that Jackson can read, a record for instance. Fields that the type does not have are
     * passed over, and what a document lacks is null, zero or false, as Jackson has it.
     *
     * @throws RowTypeException when a document does not fit the type
     */
    <T> List<T> documents(Class<T> type);

    /**
     * The same as that mapper reads them: for types that need its modules (such as those for {@code java.time}), or for
     * stricter ones.
     */
    <T> List<T> documents(Class<T> type, ObjectMapper mapper);

    /** How many documents are on the page. */
    int size();

    /**
     * Where the page ends: given back with the same selector and sort, the next page of the same generation, whatever its
     * fields and whoever asks. There is one after the last page too; it leads to an empty page. Only an empty page means the
     * end. Other processes on the same {@link ViewStore} understand it as well.
     */
    String bookmark();

    /**
     * The keys of the documents, in their order. A key stands for one document of one user, also where documents have one
     * {@code _id} or do not show it; it stays the same on every server and after every restart, and says nothing of either.
     */
    List<String> keys();

    /** What leads from an earlier answer to this one, when both are of one query, however many came between. */
    Delta since(Page before);

    /**
     * What leads from the answer of that tag to this one, for somebody who holds that answer.
     *
     * @return nothing when the tag is not one of an answer to the same query, or when its generation is no longer kept
     */
    Optional<Delta> since(String tag);

    /**
     * What the reader should know beside the documents, in a sentence for people: that the page {@linkplain #endsEarly()
     * ends early}, shows some references as they are, or is older than was asked for.
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
     * Names the generation: no two generations of any view of this name have the same tag, also across restarts. Where
     * another generation decided on what the caller may read, it is named too.
     */
    String generationTag();

    /**
     * Names the answer, by generation, query and content: two pages of one tag have the same documents and keys. ASCII
     * letters, digits and {@code .+-_}.
     */
    String tag();

    /**
     * The difference of two answers. Whoever holds the earlier one takes away the rows whose keys are in {@code removed} and
     * in {@code put}, then inserts those of {@code put} in their order, each at its number; that is the later answer. Rows
     * that stay in the same order as before are not named.
     *
     * @param removed keys of rows that only the earlier answer has
     * @param put rows that are new, differ or have moved, by rising number
     */
    record Delta(List<String> removed, List<Put> put) {
        public Delta {
            removed = List.copyOf(removed);
            put = List.copyOf(put);
        }

        /** Whether the answers do not differ. */
        public boolean isEmpty() {
            return removed.isEmpty() && put.isEmpty();
        }
    }

    /**
     * A row that has its place in the later answer.
     *
     * @param at its number there, from 0
     * @param json the document, in UTF-8; null for a row that has only moved and keeps its document. Do not write to it
     */
    record Put(String key, int at, byte @Nullable [] json) {

        /** The document, parsed anew at each call; nothing for a row that keeps its document. */
        public Optional<ObjectNode> document() {
            return Optional.ofNullable(json).map(Json::parseObject);
        }
    }

    /**
     * A view as a reader sees it.
     *
     * @param generation the generation read
     * @param refreshedAt when that generation was last known to match the user databases
     * @param rows how many rows of it the caller may read in all; of the caller's own database, how many the query
     *     selects. -1 where that is not known: because reading ended with the page, or because of a view that a store
     *     serves the caller, whom ACLs let in, may read more than are counted
     * @param databases how many user databases the feed covers
     * @param behind how many of them could not be read lately and show an earlier state
     */
    record View(long generation, Instant refreshedAt, int rows, int databases, int behind) {}
}
