package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The order of rows. */
public final class SortOrder {
    private SortOrder() {}

    /** Returns the order by {@code _id}. */
    public static SortOrder none() {
        throw new UnsupportedOperationException();
    }

    /** Compiles. */
    public static SortOrder compile(JsonNode sort) {
        throw new UnsupportedOperationException();
    }

    /** Tells whether no field is sorted by. */
    public boolean isNone() {
        throw new UnsupportedOperationException();
    }

    /** Returns the fields. */
    public List<String> fields() {
        throw new UnsupportedOperationException();
    }

    /** Returns the order-preserving key. */
    public byte @Nullable [] key(JsonNode document) {
        throw new UnsupportedOperationException();
    }

    /** Returns the JSON as given. */
    public JsonNode json() {
        throw new UnsupportedOperationException();
    }
}
