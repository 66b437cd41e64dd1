package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.ViewHead;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is put aside for a view: the document {@code stage/<view>} beside the pointers, whose {@code _rev} decides who puts
 * more there. Immutable.
 *
 * @param pointer what it would be as a generation: its head, the database, which attempts count
 * @param owner whoever opened it last
 * @param from the attempt that the view's pointer named when it was begun, and must name when it is committed
 * @param touchedAt when something was put aside, or it was opened, by that process's clock
 */
record StageDocument(ViewPointer pointer, String owner, long from, Instant touchedAt) {

    private static final Logger log = LoggerFactory.getLogger(StageDocument.class);

    /** The view's; empty when there is none, or one that cannot be made out: nothing can be put aside then. */
    static Optional<StageDocument> read(ViewPointers pointers, String view) throws InterruptedException {
        ObjectNode json = pointers.get(ViewNames.stage(view));
        if (json.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new StageDocument(
                    ViewPointer.of(json),
                    json.path("owner").asText(),
                    json.path("from").asLong(),
                    Instant.parse(json.path("touchedAt").asText())));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            log.warn("The document {} is broken, and can be deleted: {}", ViewNames.stage(view), e.getMessage());
            return Optional.empty();
        }
    }

    String rev() {
        return String.valueOf(pointer.rev());
    }

    /** By which attempt its database was made; that is in its name. */
    long made() {
        return pointer.lineage();
    }

    /** Whether it can take the place of the generation, and holds rows of that definition. */
    boolean isOfUse(ViewPointer current, String fingerprint) {
        ViewHead head = pointer.requireHead();
        return from == current.attempt() && head.fingerprint().equals(fingerprint) && head.format() == ViewHead.FORMAT;
    }

    /**
     * Writes it over the one it was made from, or as the first.
     *
     * @return it, as it then is; empty when another was written in between
     */
    Optional<StageDocument> write(ViewPointers pointers, String view) throws InterruptedException {
        ObjectNode json = pointer.json(view);
        json.put("owner", owner);
        json.put("from", from);
        json.put("touchedAt", touchedAt.toString());
        try {
            return Optional.of(at(pointers.put(ViewNames.stage(view), json)));
        } catch (CouchFailure e) {
            if (!e.isConflict()) {
                throw e;
            }
            // Perhaps our own, written by a request whose answer was lost.
            return read(pointers, view).filter(now -> now.at(null).equals(at(null)));
        }
    }

    private StageDocument at(@Nullable String rev) {
        return new StageDocument(pointer.at(rev), owner, from, touchedAt);
    }

    /** Deletes it; one that somebody has changed meanwhile stays. */
    void delete(ViewPointers pointers, String view) throws InterruptedException {
        ObjectNode json = CouchJson.object();
        json.put("_rev", rev());
        json.put("_deleted", true);
        try {
            pointers.put(ViewNames.stage(view), json);
        } catch (CouchFailure e) {
            if (!e.isConflict()) {
                throw e;
            }
        }
    }
}
