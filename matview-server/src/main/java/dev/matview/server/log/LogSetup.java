package dev.matview.server.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.matview.core.event.Subscription;
import dev.matview.server.http.connection.AccessLog;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Sets the log to what the command line says. It is logback's: where another is in the class path, that has its own ways. */
public final class LogSetup {

    /** What is ours: below INFO others write what nobody should read in a log, such as headers. */
    private static final String OURS = "dev.matview";

    private LogSetup() {}

    /** What is logged: that, and what is worse. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** How a line looks. */
    public enum Format {
        TEXT,
        JSON
    }

    /** What is logged from now on. */
    public static void level(Level level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            ch.qos.logback.classic.Level set = ch.qos.logback.classic.Level.valueOf(level.name());
            context.getLogger(OURS).setLevel(set);
            if (level.compareTo(Level.INFO) <= 0) {
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(set);
            }
        }
    }

    /**
     * Requests are logged from now on until the result is closed, by a thread of its own: who answers requests does not wait
     * for whoever reads the log, and where that one stalls, lines are left out, counted, and told of when they are not any more. What waits to be written when it is closed is
     * written if that takes no longer than a second.
     */
    public static Subscription accessLog() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return () -> {};
        }
        Logger requests = context.getLogger(AccessLog.LOGGER);
        ch.qos.logback.classic.Level before = requests.getLevel();
        List<UnhurriedAppender> added = new ArrayList<>();
        // Where a configuration of somebody's own has it written elsewhere, it stays so.
        boolean isOurs = requests.isAdditive();
        if (isOurs) {
            Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            root.iteratorForAppenders()
                    .forEachRemaining(appender -> added.add(
                            UnhurriedAppender.to(context, appender, AccessLog::leftOut, InstantSource.system())));
            added.forEach(requests::addAppender);
            requests.setAdditive(false);
        }
        requests.setLevel(ch.qos.logback.classic.Level.INFO);
        return () -> {
            requests.setLevel(before);
            added.forEach(UnhurriedAppender::stop);
            added.forEach(requests::detachAppender);
            requests.setAdditive(isOurs);
        };
    }

    /** Logs of ours nothing but what is wrong, until the result is closed: for commands that tell all else themselves. */
    public static Subscription onlyWarnings() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Logger ours = context.getLogger(OURS);
            ch.qos.logback.classic.Level before = ours.getLevel();
            ours.setLevel(ch.qos.logback.classic.Level.WARN);
            return () -> ours.setLevel(before);
        }
        return () -> {};
    }

    /** How lines look from now on. */
    public static void format(Format format) {
        if (format == Format.JSON && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
                if (all.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
                    appender.stop();
                    appender.setEncoder(json(context));
                    appender.start();
                }
            }
        }
    }

    /** One object a line, with the whole message in it. */
    private static JsonEncoder json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithContext(false);
        encoder.setWithMDC(false);
        encoder.setWithSequenceNumber(false);
        encoder.start();
        return encoder;
    }
}
