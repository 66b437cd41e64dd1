/**
 * A demonstration that needs no data: sample user databases, and somebody who posts every few seconds. Everything is
 * made up, and the same at each start but for the times.
 */
@NullMarked
package dev.matview.server.sample;

import org.jspecify.annotations.NullMarked;
