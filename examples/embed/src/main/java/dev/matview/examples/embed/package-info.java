/** A plain Java program with a global feed inside: matview-core is all it needs. */
@NullMarked
package dev.matview.examples.embed;

import org.jspecify.annotations.NullMarked;
