package dev.matview.core;

import dev.matview.core.error.MatviewException;
import org.jspecify.annotations.Nullable;

/**
 * A row of a page does not fit the type that it was to be read as. The message says where and what was expected, and
 * nothing of what is there.
 */
public final class RowTypeException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final String collection;
    private final int number;
    private final String key;
    private final String path;

    /** @param cause what the type's own code threw; null where that was not called */
    public RowTypeException(
            String collection,
            int number,
            String key,
            String path,
            Class<?> type,
            String reason,
            @Nullable Throwable cause) {
        super(
                "row " + number + " of a page of " + collection + " (key " + key + ") does not fit " + type.getName()
                        + (path.isEmpty() ? "" : ", at " + path) + ": " + reason,
                cause);
        this.collection = collection;
        this.number = number;
        this.key = key;
        this.path = path;
    }

    /** The collection that was queried. */
    public String collection() {
        return collection;
    }

    /** The row's number on its page, from 0. */
    public int number() {
        return number;
    }

    /** The row's key, one of {@link Page#keys()}. */
    public String key() {
        return key;
    }

    /** The place in the row, such as {@code author.tags[2]}; empty where it is the row itself. */
    public String path() {
        return path;
    }
}
