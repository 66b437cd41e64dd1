/**
 * The program {@code matview}: options, what is served with them, start and stop. HTTP routes, authentication and sample
 * databases have rooms of their own; no feed logic lives in any of them.
 */
@NullMarked
package dev.matview.server;

import org.jspecify.annotations.NullMarked;
