/**
 * Keeps views fresh: when a refresh is due, the visit to the user databases, what it finds, and how that is written to
 * the store. Who waits for a fresh generation waits here.
 */
@NullMarked
package dev.matview.core.internal.refresh;

import org.jspecify.annotations.NullMarked;
