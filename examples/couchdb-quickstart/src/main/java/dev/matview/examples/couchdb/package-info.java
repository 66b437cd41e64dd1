/** Shows matview on a CouchDB: user databases and views in it, a feed that follows them. */
package dev.matview.examples.couchdb;
