/**
 * Who asks: turns the token of a request into a {@code Caller}, or refuses it. Knows nothing of HTTP but the form of the
 * {@code Authorization} header.
 */
@NullMarked
package dev.matview.server.auth;

import org.jspecify.annotations.NullMarked;
