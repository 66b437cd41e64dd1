/**
 * Speaks with a CouchDB: requests and answers, how many there may be, how long they may take, and what is tried again.
 * Knows nothing of feeds or views.
 */
@NullMarked
package dev.matview.couch.internal.client;

import org.jspecify.annotations.NullMarked;
