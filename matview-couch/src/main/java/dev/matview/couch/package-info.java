/**
 * CouchDB backends for feeds, views and the registry. Everything that is said to CouchDB goes through a {@code
 * CouchCluster}, which keeps to its budget of requests.
 */
@NullMarked
package dev.matview.couch;

import org.jspecify.annotations.NullMarked;
