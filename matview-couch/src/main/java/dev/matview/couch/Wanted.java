package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gives documents, as they come, to somebody who may have enough of them before the end. For one thread at a time. */
final class Wanted {

    private final Predicate<ObjectNode> documents;
    private final Set<String> taken = new HashSet<>();
    private boolean begun;

    /** Ends a reading that nobody wants more of: the answer under way is cut off. */
    static final class EnoughException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private EnoughException() {
            super("no more documents are wanted", null, false, false);
        }
    }

    Wanted(Predicate<ObjectNode> documents) {
        this.documents = documents;
    }

    /** Whether a document was given. */
    boolean hasBegun() {
        return begun;
    }

    void take(ObjectNode document) {
        begun = true;
        if (!documents.test(document)) {
            throw new EnoughException();
        }
    }

    /** The same, but not again when an answer that broke off is read anew. */
    void takeOnce(String id, @Nullable ObjectNode document) {
        if (document != null && taken.add(id)) {
            take(document);
        }
    }
}
