/** Feed definitions as documents of a CouchDB database. The rules for them are core's. */
@NullMarked
package dev.matview.couch.internal.registry;

import org.jspecify.annotations.NullMarked;
