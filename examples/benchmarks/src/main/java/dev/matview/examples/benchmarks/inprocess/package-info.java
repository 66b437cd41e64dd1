/** What matview does within one process: pages, generations, queries, selectors, refreshes. */
@NullMarked
package dev.matview.examples.benchmarks.inprocess;

import org.jspecify.annotations.NullMarked;
