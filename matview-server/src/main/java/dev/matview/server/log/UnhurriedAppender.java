package dev.matview.server.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.matview.core.event.Episode;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Hands on to another appender by a thread of its own, and never waits for it: while that one stalls, lines are left out, and
 * counted. That they are is told by the same thread, as soon as the log can be written again. Thread-safe.
 */
final class UnhurriedAppender extends AsyncAppender {

    private static final int WAITING_LINES = 4_096;

    private final Episode stalling;
    private final Runnable leftOut;
    private final InstantSource clock;

    /** Of those that were left out since that began. Guarded by this, as is the next. */
    private long lines;

    private @Nullable Instant since;

    /** What was told of. The thread's own. */
    private long told;

    /** @param leftOut is told of each line that is left out */
    private UnhurriedAppender(Runnable leftOut, InstantSource clock) {
        this.leftOut = leftOut;
        this.clock = clock;
        this.stalling = new Episode(UnhurriedAppender.class, clock);
    }

    /** Hands on to an appender that others log to as well: it is not stopped with this. */
    static UnhurriedAppender to(
            LoggerContext context, Appender<ILoggingEvent> appender, Runnable leftOut, InstantSource clock) {
        UnhurriedAppender async = new UnhurriedAppender(leftOut, clock);
        Shared shared = async.new Shared(appender);
        shared.setContext(context);
        shared.start();
        async.setContext(context);
        async.setQueueSize(WAITING_LINES);
        // What is left out is left out for want of room alone.
        async.setDiscardingThreshold(0);
        async.setNeverBlock(true);
        async.addAppender(shared);
        async.start();
        return async;
    }

    @Override
    protected void append(ILoggingEvent line) {
        preprocess(line);
        // Only here lines are added: what has room now has it still when it is.
        synchronized (this) {
            if (getRemainingCapacity() > 0) {
                super.append(line);
                return;
            }
            lines++;
            since = since == null ? clock.instant() : since;
        }
        leftOut.run();
    }

    /** By the one thread that hands on: whoever answers a request must not wait for this to be written either. */
    private void look() {
        long missing;
        Instant begun;
        boolean over;
        synchronized (this) {
            missing = lines;
            begun = since;
            over = missing > 0 && missing == told && getRemainingCapacity() > WAITING_LINES / 2;
            told = over ? 0 : missing;
            if (over) {
                lines = 0;
                since = null;
            }
        }
        if (over) {
            stalling.ends("Requests are logged again; {} are missing", missing);
        } else if (missing > 0) {
            stalling.begins("Requests are missing in the log since {}: whoever reads it stalls", begun);
        }
    }

    private final class Shared extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final Appender<ILoggingEvent> appender;

        Shared(Appender<ILoggingEvent> appender) {
            this.appender = appender;
        }

        @Override
        protected void append(ILoggingEvent line) {
            appender.doAppend(line);
            look();
        }
    }
}
