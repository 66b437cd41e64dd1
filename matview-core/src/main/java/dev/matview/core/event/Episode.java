package dev.matview.core.event;

import dev.matview.core.error.FailureKind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is amiss for a while, and found to be so again and again: the log tells it when it begins, and when it is
 * over, with how long it was. Where it goes on for a reason of another kind, that is told too, once for each kind, so that
 * reasons that take turns are not told at each of them. In between it is told at DEBUG. Thread-safe.
 */
public final class Episode {

    private final Logger log;
    private final InstantSource clock;
    private @Nullable Instant since;
    /** Of the reasons that were told since it began. */
    private final Set<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);

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
    public boolean begins(String message, @Nullable Object... arguments) {
        return begins(FailureKind.OTHER, message, arguments);
    }

    /**
     * It is so, for that reason.
     *
     * @param message as SLF4J has it, with the reason; a warning where it was not so before, or not for one of this kind
     * @return whether it was not so before
     */
    public boolean begins(Throwable reason, String message, @Nullable Object... arguments) {
        return begins(FailureKind.of(reason), message, arguments);
    }

    /** The same, by the kind of the reason. */
    public synchronized boolean begins(FailureKind reason, String message, @Nullable Object... arguments) {
        boolean anew = since == null;
        if (!kinds.add(reason)) {
            log.debug(message, arguments);
        } else if (since == null) {
            since = clock.instant();
            log.warn(message, arguments);
        } else {
            String lasts = words(Duration.between(since, clock.instant()));
            log.warn(message + " (for " + lasts + ", before for another reason)", arguments);
        }
        return anew;
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
        kinds.clear();
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
