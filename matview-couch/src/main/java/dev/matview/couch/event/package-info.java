/** What programs are told of requests to a CouchDB. It uses no other package of this module. */
@NullMarked
package dev.matview.couch.event;

import org.jspecify.annotations.NullMarked;
