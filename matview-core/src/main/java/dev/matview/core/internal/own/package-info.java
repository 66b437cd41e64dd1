/**
 * Answers queries of a caller's own database, which is read live, document by document. It has no generations; a page goes
 * on after a sort key.
 */
@NullMarked
package dev.matview.core.internal.own;

import org.jspecify.annotations.NullMarked;
