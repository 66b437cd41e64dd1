/**
 * What a backend implements, and what it is given: aggregators read user databases, view stores keep generations. Those
 * who embed matview with the backends at hand need none of it.
 */
@NullMarked
package dev.matview.core.spi;

import org.jspecify.annotations.NullMarked;
