/**
 * CouchDB 3.5's query language, Mango: selectors, projections, sort orders and the collation under them, evaluated in
 * memory on Jackson trees.
 */
@NullMarked
package dev.matview.core.mango;

import org.jspecify.annotations.NullMarked;
