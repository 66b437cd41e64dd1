/**
 * One request and its answer: reading it within bounds, who sends it, whose turn it is, and what is said when it is
 * refused. Holds for every route, and for what a WebSocket asks.
 */
@NullMarked
package dev.matview.server.http.exchange;

import org.jspecify.annotations.NullMarked;
