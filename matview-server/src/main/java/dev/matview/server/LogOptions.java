package dev.matview.server;

import dev.matview.server.log.LogSetup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the log says, and how. Filled by picocli. */
class LogOptions {

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warn, info, debug, trace (info)")
    LogSetup.@Nullable Level level;

    @Option(names = "--log-format", paramLabel = "FORMAT", description = "text, or json: an object a line (text)")
    LogSetup.@Nullable Format format;

    /** Has the log be so. What is not given stays as it is. */
    void apply() {
        if (level != null) {
            LogSetup.level(level);
        }
        if (format != null) {
            LogSetup.format(format);
        }
    }
}
