package dev.matview.core.spi;

import java.util.Objects;

/**
 * A view that a store has, without its rows.
 *
 * @param view its name
 * @param head its current generation
 * @param rows how many rows that has
 */
public record ViewEntry(String view, ViewHead head, long rows) {
    public ViewEntry {
        Objects.requireNonNull(view, "view");
        Objects.requireNonNull(head, "head");
    }
}
