/** What refreshes cost on a real CouchDB, and how soon a feed follows a write there. */
@NullMarked
package dev.matview.examples.benchmarks.couchdb;

import org.jspecify.annotations.NullMarked;
