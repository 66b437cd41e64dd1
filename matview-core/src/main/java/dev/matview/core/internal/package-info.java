/**
 * Puts the engine behind {@code GlobalFeeds} together out of the rooms below this one. Nothing outside matview-core may
 * use any of them.
 */
@NullMarked
package dev.matview.core.internal;

import org.jspecify.annotations.NullMarked;
