/**
 * Answers queries from a generation: selecting, sorting and paging its rows, writing the page, and its bookmark. What
 * clients carry and give back is sealed here.
 */
@NullMarked
package dev.matview.core.internal.read;

import org.jspecify.annotations.NullMarked;
