/**
 * How the indexes of a generation answer a query: which one, which of its rows, and in which order they come. Knows nothing
 * of pages.
 */
@NullMarked
package dev.matview.core.internal.plan;

import org.jspecify.annotations.NullMarked;
