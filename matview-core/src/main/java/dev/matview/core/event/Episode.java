package dev.matview.core.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is amiss for a while, and found to be so again and again: the log tells it when it begins, and when it is
 * over, with how long it was. In between it is told at DEBUG. Thread-safe.
 */
public final class Episode {

    private final Logger log;
    private final InstantSource clock;
    private @Nullable Instant since;

    /**
     * One that has not begun.
     *
     * @param owner by whose name it is logged
     */
    public Episode(Class<?> owner, InstantSource clock) {
        this.log = LoggerFactory.getLogger(owner);
        this.clock = clock;
    }

    /**
     * It is so.
     *
     * @param message as SLF4J has it; a warning where it was not so before
     * @return whether it was not so before
     */
    public synchronized boolean begins(String message, @Nullable Object... arguments) {
        if (since != null) {
            log.debug(message, arguments);
            return false;
        }
        since = clock.instant();
        log.warn(message, arguments);
        return true;
    }

    /**
     * It is not so.
     *
     * @param message what is told where it was, to which the time is added: {@code "… is back, after 28 s"}
     * @return whether it was so before
     */
    public synchronized boolean ends(String message, @Nullable Object... arguments) {
        if (since == null) {
            return false;
        }
        log.info(message + ", after " + words(Duration.between(since, clock.instant())), arguments);
        since = null;
        return true;
    }

    /** Whether it has begun and is not over. */
    public synchronized boolean lasts() {
        return since != null;
    }

    /** As exact as people want to know it. */
    static String words(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 10) {
            return Math.max(0, time.toMillis()) / 100 / 10.0 + " s";
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        return minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }
}
