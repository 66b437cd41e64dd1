package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What {@code fields} keeps of a document. */
public final class Projection {
    private Projection() {}

    /** Returns the projection that keeps everything. */
    public static Projection all() {
        throw new UnsupportedOperationException();
    }

    /** Compiles. */
    public static Projection compile(JsonNode fields) {
        throw new UnsupportedOperationException();
    }

    /** Tells whether everything is kept. */
    public boolean isAll() {
        throw new UnsupportedOperationException();
    }

    /** Projects. */
    public ObjectNode apply(ObjectNode document) {
        throw new UnsupportedOperationException();
    }

    /** Returns the JSON as given. */
    public JsonNode json() {
        throw new UnsupportedOperationException();
    }
}
