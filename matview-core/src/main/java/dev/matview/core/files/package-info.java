/**
 * User databases in files, for trying matview out and for sources that are exported rather than served. A directory holds
 * one file for each database, and a file one JSON document on each line.
 */
@NullMarked
package dev.matview.core.files;

import org.jspecify.annotations.NullMarked;
