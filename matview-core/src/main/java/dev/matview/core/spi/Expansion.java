package dev.matview.core.spi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Acl;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reference {@code {"did": "<user>", "ref": "<_id>"}} in a field of a row that the feed expands, and the document it
 * refers to. Immutable, as long as nobody writes to its array.
 *
 * @param field the field that holds the reference, a top-level one
 * @param did the user whose document is referred to
 * @param ref the document's {@code _id}
 * @param document the referred document as JSON in UTF-8; null while there is none
 * @param acl who may read that document; null while there is none
 */
public record Expansion(
        String field,
        String did,
        String ref,
        byte @Nullable [] document,
        @Nullable Acl acl) {

    public Expansion {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(did, "did");
        Objects.requireNonNull(ref, "ref");
        if ((document == null) != (acl == null)) {
            throw new IllegalArgumentException("a referred document and its acl go together");
        }
    }

    /** A reference without a document: there is none, or it is not to be shown. */
    public Expansion(String field, String did, String ref) {
        this(field, did, ref, null, null);
    }

    /** The reference in that field of the document, if there is one. */
    public static Optional<Expansion> of(JsonNode document, String field) {
        JsonNode reference = document.path(field);
        String did = reference.path("did").textValue();
        String ref = reference.path("ref").textValue();
        return did == null || ref == null ? Optional.empty() : Optional.of(new Expansion(field, did, ref));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expansion expansion
                && field.equals(expansion.field)
                && did.equals(expansion.did)
                && ref.equals(expansion.ref)
                && Arrays.equals(document, expansion.document)
                && Objects.equals(acl, expansion.acl);
    }

    @Override
    public int hashCode() {
        return Objects.hash(field, did, ref);
    }

    /** Names the reference, without the document. */
    @Override
    public String toString() {
        return field + " -> " + did + "/" + ref;
    }
}
