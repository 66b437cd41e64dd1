package dev.matview.couch.harness;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a test has opened: closed in the opposite order, all of it, also when one fails to close. */
public final class Opened implements AutoCloseable {

    private final Deque<AutoCloseable> all = new ArrayDeque<>();

    /** Closes it with the others; gives it back. */
    public <T extends AutoCloseable> T add(T opened) {
        all.push(opened);
        return opened;
    }

    @Override
    public void close() {
        AssertionError failure = null;
        while (!all.isEmpty()) {
            AutoCloseable last = all.pop();
            try {
                last.close();
            } catch (Exception e) {
                AssertionError failed = new AssertionError(last + " cannot be closed", e);
                if (failure == null) {
                    failure = failed;
                } else {
                    failure.addSuppressed(failed);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
