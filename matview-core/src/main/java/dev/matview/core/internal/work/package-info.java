/** What every room that does work needs: threads, and words for what went wrong. */
@NullMarked
package dev.matview.core.internal.work;

import org.jspecify.annotations.NullMarked;
