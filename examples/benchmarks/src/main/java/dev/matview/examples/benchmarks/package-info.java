/**
 * Figures that anyone can repeat: each benchmark in a JVM of its own, beside what people would use instead.
 *
 * <p>A new one implements {@code Benchmark} in the package of its subject and gets a line in {@code Benchmarks.all}, and its
 * name a place in docs/performance.md (a run writes it there).
 */
@NullMarked
package dev.matview.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
