/**
 * Keeps views in CouchDB: the documents of a view, the pointer that makes a generation current, and the removal of what is
 * dead. User databases are no matter of this room.
 */
@NullMarked
package dev.matview.couch.internal.view;

import org.jspecify.annotations.NullMarked;
