package dev.matview.server.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when an {@link OutOfMemoryError} has come to the top of a thread: what was lost on its way, a thread, a
 * lock, half a change, nobody knows, and a process that is gone is started again. It does so only where
 * {@link #endProcess} was said, by the program and not by the library. Thread-safe.
 */
public final class MemoryExhaustion implements Thread.UncaughtExceptionHandler {

    /** What the process ends with. */
    public static final int EXIT_CODE = 3;

    private static final Logger log = LoggerFactory.getLogger(MemoryExhaustion.class);

    /** How far causes are followed: a chain may lead back to itself. */
    private static final int MAX_CAUSES = 20;

    /** Made beforehand, as there will be no room for anything new. */
    private static final byte[] LAST_WORDS =
            "matview: out of memory: the process ends with code 3. Give it a larger heap (-Xmx), or let it keep less.\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);

    private final AtomicBoolean ending = new AtomicBoolean();

    private MemoryExhaustion() {}

    /** From now on, the process ends when memory has run out. What else ends a thread is logged. */
    public static void endProcess() {
        Thread.setDefaultUncaughtExceptionHandler(new MemoryExhaustion());
    }

    /**
     * Looks at what was caught and will be thrown no further, at what is thereby the top of its thread. Does not return
     * when memory has run out, and the process was {@linkplain #endProcess told to end} then.
     */
    public static void atTop(@Nullable Throwable caught) {
        if (isOutOfMemory(caught)
                && Thread.getDefaultUncaughtExceptionHandler() instanceof MemoryExhaustion exhaustion) {
            exhaustion.end();
        }
    }

    private static boolean isOutOfMemory(@Nullable Throwable caught) {
        Throwable cause = caught;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause instanceof OutOfMemoryError) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (isOutOfMemory(thrown)) {
            end();
        }
        log.error("The thread {} has ended", thread.getName(), thrown);
    }

    private void end() {
        if (ending.compareAndSet(false, true)) {
            try {
                STDERR.write(LAST_WORDS);
            } catch (IOException e) {
                // Nobody listens; the exit code says it too.
                Runtime.getRuntime().halt(EXIT_CODE);
            }
        }
        // Not exit: what runs at an orderly end needs memory.
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
