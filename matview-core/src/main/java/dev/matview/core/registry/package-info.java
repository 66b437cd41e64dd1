/**
 * Feed definitions as JSON: read with every mistake told at once, written back, and kept in a file that may change while
 * it is in use. The keys are those of the seed's {@code global-feeds.json}.
 */
@NullMarked
package dev.matview.core.registry;

import org.jspecify.annotations.NullMarked;
