/** What is asked over HTTP and pushed over WebSockets: the servers, and their clients, each in a JVM of its own. */
@NullMarked
package dev.matview.examples.benchmarks.http;

import org.jspecify.annotations.NullMarked;
