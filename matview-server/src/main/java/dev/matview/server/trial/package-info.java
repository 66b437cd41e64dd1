/** Feeds tried over real databases, of which nothing is written: what they would be, and what in their definitions finds nothing. */
@NullMarked
package dev.matview.server.trial;

import org.jspecify.annotations.NullMarked;
