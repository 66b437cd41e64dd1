/**
 * Finds a CouchDB for tests, fills it and breaks it. Other modules use it through the test-jar.
 */
package dev.matview.couch.harness;
