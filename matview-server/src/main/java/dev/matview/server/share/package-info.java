/**
 * Threads for work that costs, shared fairly by those who ask for it. Knows nothing of queries, sockets or HTTP: a caller
 * is a name.
 */
@NullMarked
package dev.matview.server.share;

import org.jspecify.annotations.NullMarked;
