/**
 * WebSockets: how one is opened, authenticated, kept within bounds and closed. What is sent over them is pushed by {@code
 * push}.
 */
@NullMarked
package dev.matview.server.http.socket;

import org.jspecify.annotations.NullMarked;
