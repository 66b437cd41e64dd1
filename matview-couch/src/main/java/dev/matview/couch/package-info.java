/** CouchDB backends for feeds, views and the registry. */
package dev.matview.couch;
