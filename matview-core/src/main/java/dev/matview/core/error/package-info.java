/**
 * The root of everything that matview throws. A room of its own, below all others: each of them has exceptions, and none is
 * to know the front door for that.
 */
@NullMarked
package dev.matview.core.error;

import org.jspecify.annotations.NullMarked;
