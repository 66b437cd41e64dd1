/** What the process logs, and how: level, form, requests, and what is shown on a terminal meanwhile. */
@NullMarked
package dev.matview.server.log;

import org.jspecify.annotations.NullMarked;
