/**
 * Materialized feeds over many user databases: {@code GlobalFeeds}, the front door, what is asked there, and what comes
 * back or is thrown. What a backend implements is in {@code spi}, what a feed is in {@code feed}, and who may read it in
 * {@code access}.
 */
@NullMarked
package dev.matview.core;

import org.jspecify.annotations.NullMarked;
