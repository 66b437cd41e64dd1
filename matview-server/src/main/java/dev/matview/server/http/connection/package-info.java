/**
 * What stands between a connection and the routes: how many connections there may be, and what requests pass on their way.
 * None of it knows a route.
 */
@NullMarked
package dev.matview.server.http.connection;

import org.jspecify.annotations.NullMarked;
