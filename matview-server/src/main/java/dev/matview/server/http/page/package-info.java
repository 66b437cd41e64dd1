/**
 * The page at {@code /}: the files that it is made of, and how they are served. What the page shows it asks for itself, as
 * whoever has signed in; nothing in this room knows of feeds.
 */
@NullMarked
package dev.matview.server.http.page;

import org.jspecify.annotations.NullMarked;
