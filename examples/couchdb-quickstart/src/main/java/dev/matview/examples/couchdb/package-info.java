/** Shows matview on a CouchDB: user databases and views in it, a feed that follows them. */
@NullMarked
package dev.matview.examples.couchdb;

import org.jspecify.annotations.NullMarked;
