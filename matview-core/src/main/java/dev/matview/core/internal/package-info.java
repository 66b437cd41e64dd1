/** The engine behind {@code GlobalFeeds}. Nothing outside matview-core may use it. */
@NullMarked
package dev.matview.core.internal;

import org.jspecify.annotations.NullMarked;
