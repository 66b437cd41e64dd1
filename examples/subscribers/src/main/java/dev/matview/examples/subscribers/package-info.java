/** Thousands of WebSocket subscribers to one feed: a server in one JVM, its clients in another, on one machine. */
@NullMarked
package dev.matview.examples.subscribers;

import org.jspecify.annotations.NullMarked;
