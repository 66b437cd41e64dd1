/** HTTP routes, authentication, configuration and {@code main}. No feed logic lives here. */
package dev.matview.server;
