package dev.matview.couch.harness;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a test has opened: closed in the opposite order. */
public final class Opened implements AutoCloseable {

    private final Deque<AutoCloseable> all = new ArrayDeque<>();

    /** Closes it with the others; gives it back. */
    public <T extends AutoCloseable> T add(T opened) {
        all.push(opened);
        return opened;
    }

    @Override
    public void close() {
        while (!all.isEmpty()) {
            AutoCloseable last = all.pop();
            try {
                last.close();
            } catch (Exception e) {
                throw new AssertionError(last + " cannot be closed", e);
            }
        }
    }
}
