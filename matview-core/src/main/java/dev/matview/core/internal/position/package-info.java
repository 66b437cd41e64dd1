/** How the positions of very many databases are held in the heap. */
@NullMarked
package dev.matview.core.internal.position;

import org.jspecify.annotations.NullMarked;
