/** What the server does as a process of its own, and a library must never do: it ends when memory has run out. */
@NullMarked
package dev.matview.server.process;

import org.jspecify.annotations.NullMarked;
