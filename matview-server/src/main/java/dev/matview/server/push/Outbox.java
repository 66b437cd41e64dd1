package dev.matview.server.push;

import dev.matview.core.QueryException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber is to be sent. While a message is under way only the newest answer waits behind it: a subscriber
 * that reads slowly misses answers in between, never the last, and holds no more memory than one that reads. Thread-safe.
 */
public final class Outbox {

    private final Outlet outlet;
    private final boolean deltas;
    private final @Nullable String since;
    private final InstantSource clock;

    /** Guarded by this, as is all that follows. */
    private @Nullable Message newest;

    private @Nullable Message sent;
    private @Nullable Instant sending;
    private boolean closed;

    /**
     * @param deltas whether to send what changed, after the first answer
     * @param since the entity tag of the answer that the subscriber holds from before: the first is sent as what changed
     *     since, where that is known; null for none
     */
    public Outbox(Outlet outlet, boolean deltas, @Nullable String since, InstantSource clock) {
        this.outlet = outlet;
        this.deltas = deltas;
        this.since = since;
        this.clock = clock;
    }

    /** Sends the answer, now or when the message under way has gone out, unless a newer one came before. */
    synchronized void offer(Message answer) {
        if (!closed && (newest == null || answer.number() > newest.number())) {
            newest = answer;
            sendNewest();
        }
    }

    /** Nothing more is sent: the subscriber is told why there is no answer. */
    void refuse(QueryException reason) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        // Not under the lock: it leads to the subscription being closed.
        outlet.refuse(reason);
    }

    private void sendNewest() {
        Message next = newest;
        if (closed || sending != null || next == null || next == sent) {
            return;
        }
        Message before = sent;
        sent = next;
        if (before != null && next.isSameAs(before)) {
            return;
        }
        ByteBuffer message = message(next, before);
        sending = clock.instant();
        outlet.send(message, this::wasSent);
    }

    private ByteBuffer message(Message next, @Nullable Message before) {
        if (!deltas) {
            return next.whole();
        }
        if (before != null) {
            return next.since(before);
        }
        return since == null ? next.wholeWithKeys() : next.since(since);
    }

    private synchronized void wasSent() {
        sending = null;
        sendNewest();
    }

    /** Since when a message has been under way; empty while none is. */
    public synchronized Optional<Instant> sendingSince() {
        return Optional.ofNullable(sending);
    }

    /** Nothing more is sent. */
    public synchronized void close() {
        closed = true;
        newest = null;
        sent = null;
    }
}
