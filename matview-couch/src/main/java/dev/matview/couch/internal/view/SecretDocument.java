package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.StoreSecret;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import java.util.Base64;
import java.util.Optional;

/**
 * The secret of a store, in the document {@code secret} of the meta database, which administrators alone can read. It is
 * made, and changed, by a compare-and-set: whoever is too late takes what the other wrote. Thread-safe.
 */
public final class SecretDocument {

    public static final String ID = "secret";

    /** Whoever makes the document meets another who does once; more often, something else is wrong. */
    private static final int ATTEMPTS = 5;

    private static final String LASTING = "lasting";
    private static final String SEAL = "seal";
    private static final String SEAL_BEFORE = "sealBefore";

    private final ViewPointers documents;

    public SecretDocument(ViewPointers documents) {
        this.documents = documents;
    }

    /** The secret; made, where there is none yet. */
    public StoreSecret read() throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ObjectNode document = documents.get(ID);
            if (!document.isEmpty()) {
                return parse(document);
            }
            StoreSecret made = StoreSecret.random();
            if (write(made, CouchJson.object())) {
                return made;
            }
        }
        throw new IllegalStateException("the document " + ID + " can neither be read nor made");
    }

    /** Gives it a new seal. Whoever is too late takes the one that another gave it meanwhile. */
    public StoreSecret rotate() throws InterruptedException {
        read();
        ObjectNode document = documents.get(ID);
        StoreSecret rotated = parse(document).rotated();
        ObjectNode next = CouchJson.object();
        next.set("_rev", document.path("_rev"));
        // A write whose answer was lost is sent again, and finds what it wrote itself.
        return write(rotated, next) ? rotated : read();
    }

    /** Says whether it was written, and nothing else was in between. */
    private boolean write(StoreSecret secret, ObjectNode document) throws InterruptedException {
        document.put(LASTING, base64(secret.lasting()));
        document.put(SEAL, base64(secret.seal()));
        secret.sealBefore().ifPresent(before -> document.put(SEAL_BEFORE, base64(before)));
        try {
            documents.put(ID, document);
            return true;
        } catch (CouchFailure e) {
            if (e.isConflict()) {
                return false;
            }
            throw e;
        }
    }

    private static StoreSecret parse(ObjectNode document) {
        try {
            return StoreSecret.of(
                    bytes(document, LASTING),
                    bytes(document, SEAL),
                    document.has(SEAL_BEFORE) ? Optional.of(bytes(document, SEAL_BEFORE)) : Optional.empty());
        } catch (IllegalArgumentException e) {
            // Without the cause: its message may quote what is there.
            throw new IllegalStateException(
                    "the document " + ID + " is broken: " + LASTING + ", " + SEAL + " and, if it is there, "
                            + SEAL_BEFORE + " must be " + StoreSecret.BYTES + " bytes each in base64");
        }
    }

    private static byte[] bytes(ObjectNode document, String part) {
        return Base64.getDecoder().decode(document.path(part).asText());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
