package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.internal.client.DatabaseReader;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives documents, as they come, to somebody who may have enough of them before the end. For one thread at a time. */
public final class Wanted implements DatabaseReader.Documents {

    private static final Logger log = LoggerFactory.getLogger(Wanted.class);

    private final Predicate<ObjectNode> documents;
    private final Set<String> taken = new HashSet<>();
    private boolean begun;

    /** Ends a reading that nobody wants more of: the answer under way is cut off. */
    public static final class EnoughException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private EnoughException() {
            super("no more documents are wanted", null, false, false);
        }
    }

    public Wanted(Predicate<ObjectNode> documents) {
        this.documents = documents;
    }

    /** Whether a document was given. */
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public void document(String id, ObjectNode document) {
        begun = true;
        if (!documents.test(document)) {
            throw new EnoughException();
        }
    }

    /** The same, but not again when an answer that broke off is read anew. */
    public void takeOnce(String id, ObjectNode document) {
        if (taken.add(id)) {
            document(id, document);
        }
    }

    /** Whoever wants documents finds nothing there. */
    @Override
    public void unreadable(String id, Reason reason) {
        log.debug("A document that cannot be read is left out: {}", reason.words());
    }

    /** What was given cannot be taken back. */
    @Override
    public void forget() {
        if (begun) {
            throw new AggregationException("the answers of a database contradict each other");
        }
    }
}
