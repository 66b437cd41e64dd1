/**
 * The routes and the server they are served by. Spark Java routes and Jetty serves; both are configured in this room and
 * those below it, and nowhere else.
 */
@NullMarked
package dev.matview.server.http;

import org.jspecify.annotations.NullMarked;
