/** Numbers of global feeds, and of the CouchDBs behind them, for any registry of Micrometer. */
@NullMarked
package dev.matview.micrometer;

import org.jspecify.annotations.NullMarked;
