/**
 * The HTTP contract: routes, how a request is read, and how answers and errors are written. Spark Java routes and Jetty
 * serves; both are configured here and nowhere else.
 */
@NullMarked
package dev.matview.server.http;

import org.jspecify.annotations.NullMarked;
