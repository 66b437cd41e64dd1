package dev.matview.server;

import picocli.CommandLine.Option;

/** What the log of a server says, and how. Filled by picocli. */
final class ServeLogOptions extends LogOptions {

    @Option(names = "--access-log", fallbackValue = "true", description = "log each request, without its contents")
    boolean accessLog;
}
