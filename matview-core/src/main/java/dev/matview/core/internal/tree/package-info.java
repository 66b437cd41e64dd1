/**
 * An ordered structure whose states share what they have in common. Knows nothing of rows and views.
 */
@NullMarked
package dev.matview.core.internal.tree;

import org.jspecify.annotations.NullMarked;
