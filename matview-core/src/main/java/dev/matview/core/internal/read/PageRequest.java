package dev.matview.core.internal.read;

import dev.matview.core.Query;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.spi.Row;
import org.jspecify.annotations.Nullable;

/**
 * Which page is wanted. Immutable.
 *
 * @param rights null where the generation itself decides on them
 * @param after the row of the generation that the page begins after; null for the first page
 * @param limit how many rows
 */
public record PageRequest(
        Served read,
        @Nullable CurrentRights rights,
        Query query,
        @Nullable Row after,
        int limit) {}
