/**
 * How views are kept in their stores: read whole and held in the heap, or asked for page by page where a store serves pages.
 */
@NullMarked
package dev.matview.core.internal.keep;

import org.jspecify.annotations.NullMarked;
