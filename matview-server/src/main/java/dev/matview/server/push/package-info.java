/**
 * Gives many connections the answers to few queries: each distinct query is asked once, and its answer written once.
 * Knows no server and no protocol but the JSON of the messages.
 */
@NullMarked
package dev.matview.server.push;

import org.jspecify.annotations.NullMarked;
