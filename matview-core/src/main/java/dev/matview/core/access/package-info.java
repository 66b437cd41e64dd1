/**
 * Who asks, whose database is which, and who may read what. The rules are the same for feeds and for a user's own
 * database.
 */
@NullMarked
package dev.matview.core.access;

import org.jspecify.annotations.NullMarked;
