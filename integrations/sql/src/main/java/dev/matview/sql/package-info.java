/** A view store in PostgreSQL, which serves pages itself: views need not fit into the heap. */
@NullMarked
package dev.matview.sql;

import org.jspecify.annotations.NullMarked;
