/** An application's feed, small enough to be tested by itself. How to test it is what this example shows. */
@NullMarked
package dev.matview.examples.testafeed;

import org.jspecify.annotations.NullMarked;
