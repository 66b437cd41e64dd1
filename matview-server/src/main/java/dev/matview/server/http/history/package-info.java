/**
 * What feeds did lately, kept for whoever looks after the server: their last refreshes, and how fresh and large they were. All
 * of it is bounded, and gone with the process.
 */
@NullMarked
package dev.matview.server.http.history;

import org.jspecify.annotations.NullMarked;
