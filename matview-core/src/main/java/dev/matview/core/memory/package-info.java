/**
 * Backends that keep everything in memory: complete and fast, the default when matview is embedded and the means to test
 * a feed. What they hold is gone with the process.
 */
@NullMarked
package dev.matview.core.memory;

import org.jspecify.annotations.NullMarked;
