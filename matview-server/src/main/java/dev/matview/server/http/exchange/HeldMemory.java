package dev.matview.server.http.exchange;

import java.util.List;

/** What one exchange holds in memory for its client, counted with that of all others until it ends. Thread-safe. */
final class HeldMemory {

    private final Exchanges all;

    /** Guarded by this, as is all that follows. */
    private long bytes;

    private List<byte[]> answer = List.of();
    private boolean ended;

    HeldMemory(Exchanges all) {
        this.all = all;
    }

    /**
     * Holds this in place of what it held.
     *
     * @param received bytes, which are nobody else's
     * @param sent an answer, which others may hold as well
     */
    void hold(long received, List<byte[]> sent) {
        change(received, sent, false);
    }

    /** Holds nothing, and nothing more. */
    void end() {
        change(0, List.of(), true);
    }

    private void change(long received, List<byte[]> sent, boolean last) {
        long more;
        List<byte[]> before;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = last;
            if (received == bytes && sent == answer) {
                return;
            }
            more = received - bytes;
            bytes = received;
            before = answer;
            answer = sent;
        }
        all.hold(more, before, sent);
    }

    /** How many bytes were received and are held. */
    synchronized long received() {
        return bytes;
    }

    synchronized boolean isNothing() {
        return bytes == 0 && answer.isEmpty();
    }
}
