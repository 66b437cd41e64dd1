package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;

/** A Mango selector. */
public final class Selector {
    private Selector() {}

    /** Returns the selector that matches every document. */
    public static Selector all() {
        throw new UnsupportedOperationException();
    }

    /** Compiles with the default limits. */
    public static Selector compile(JsonNode json) {
        return compile(json, MangoLimits.defaults());
    }

    /** Compiles. */
    public static Selector compile(JsonNode json, MangoLimits limits) {
        throw new UnsupportedOperationException();
    }

    /** Tells whether the document matches. */
    public boolean matches(JsonNode document) {
        throw new UnsupportedOperationException();
    }

    /** Returns a selector that matches what both match. */
    public Selector and(Selector other) {
        throw new UnsupportedOperationException();
    }

    /** Returns the JSON as given. */
    public JsonNode json() {
        throw new UnsupportedOperationException();
    }
}
