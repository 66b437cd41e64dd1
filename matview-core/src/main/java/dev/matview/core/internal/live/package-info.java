/**
 * Queries whose answers are told as they change: subscribers, and which of them a new generation concerns.
 */
@NullMarked
package dev.matview.core.internal.live;

import org.jspecify.annotations.NullMarked;
