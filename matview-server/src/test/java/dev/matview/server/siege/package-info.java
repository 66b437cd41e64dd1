/** Programs, run by hand, that do to a running jar what one caller could, and measure what another one notices. */
package dev.matview.server.siege;
