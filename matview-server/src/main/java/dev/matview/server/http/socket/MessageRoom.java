package dev.matview.server.http.socket;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that many connections share for what they have received and not yet read. Thread-safe. */
public final class MessageRoom {

    private final long bytes;
    private final AtomicLong taken = new AtomicLong();

    MessageRoom(long bytes) {
        this.bytes = bytes;
    }

    /** Takes so many bytes, if they are there. */
    boolean take(long wanted) {
        if (taken.addAndGet(wanted) <= bytes) {
            return true;
        }
        taken.addAndGet(-wanted);
        return false;
    }

    void giveBack(long given) {
        taken.addAndGet(-given);
    }

    /** How many bytes are taken. */
    public long taken() {
        return taken.get();
    }
}
