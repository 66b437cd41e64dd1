/** The questions of a feed, asked of matview and of the databases that people would ask instead. */
@NullMarked
package dev.matview.examples.benchmarks.feed;

import org.jspecify.annotations.NullMarked;
