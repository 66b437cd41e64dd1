/**
 * Reads user databases: which there are, where they stand, which of them moved, and their documents. Views are no matter
 * of this room.
 */
@NullMarked
package dev.matview.couch.internal.source;

import org.jspecify.annotations.NullMarked;
