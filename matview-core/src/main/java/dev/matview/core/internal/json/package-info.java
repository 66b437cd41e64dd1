/** JSON as core reads and writes it, the same in every room. Nearly all of them use this one. */
@NullMarked
package dev.matview.core.internal.json;

import org.jspecify.annotations.NullMarked;
