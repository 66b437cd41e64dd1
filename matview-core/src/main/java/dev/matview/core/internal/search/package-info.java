/**
 * The rows of a generation that a query sees, in its order: which of them the caller may read, what an index gives of them, and
 * what was searched for and is carried on from generation to generation.
 */
@NullMarked
package dev.matview.core.internal.search;

import org.jspecify.annotations.NullMarked;
