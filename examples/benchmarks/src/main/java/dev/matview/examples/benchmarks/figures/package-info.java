/** What a figure is, where it is kept, and how it is shown: as lines, a table and a plot. */
@NullMarked
package dev.matview.examples.benchmarks.figures;

import org.jspecify.annotations.NullMarked;
