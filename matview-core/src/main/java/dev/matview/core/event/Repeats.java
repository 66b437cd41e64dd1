package dev.matview.core.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that may happen any number of times, such as at requests of clients: the log tells it at most once a minute, with
 * how often it has happened since it was last told. In between it is told at DEBUG. Thread-safe.
 */
public final class Repeats {

    private static final Duration BETWEEN = Duration.ofMinutes(1);

    private final Logger log;
    private final InstantSource clock;
    private @Nullable Instant told;
    private long untold;

    /**
     * What has not happened yet.
     *
     * @param owner by whose name it is logged
     */
    public Repeats(Class<?> owner, InstantSource clock) {
        this.log = LoggerFactory.getLogger(owner);
        this.clock = clock;
    }

    /**
     * It has happened.
     *
     * @param message as SLF4J has it
     */
    public synchronized void happened(String message, @Nullable Object... arguments) {
        Instant now = clock.instant();
        if (told != null && now.isBefore(told.plus(BETWEEN))) {
            untold++;
            log.debug(message, arguments);
            return;
        }
        log.warn(untold == 0 ? message : message + " (and " + untold + " like it since it was last told)", arguments);
        told = now;
        untold = 0;
    }
}
