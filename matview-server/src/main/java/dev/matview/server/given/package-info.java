/** Where options get their values that the command line does not give: the environment, and a configuration file. */
@NullMarked
package dev.matview.server.given;

import org.jspecify.annotations.NullMarked;
