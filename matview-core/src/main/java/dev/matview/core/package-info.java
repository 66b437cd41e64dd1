/**
 * Materialized feeds over many user databases: the interfaces a backend implements and {@code GlobalFeeds}, the front
 * door. What is the same for every backend lives here once.
 */
@NullMarked
package dev.matview.core;

import org.jspecify.annotations.NullMarked;
