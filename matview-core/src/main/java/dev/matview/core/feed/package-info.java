/**
 * What a feed is: its definition, when it is refreshed, and the registry that says which feeds there are. Nothing here
 * reads a database.
 */
@NullMarked
package dev.matview.core.feed;

import org.jspecify.annotations.NullMarked;
