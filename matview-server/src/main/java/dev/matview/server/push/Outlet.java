package dev.matview.server.push;

import dev.matview.core.QueryException;
import java.nio.ByteBuffer;

/** A connection that takes messages. Thread-safe. */
public interface Outlet {

    /**
     * Begins to send, and returns without waiting. One message is under way at a time.
     *
     * @param message UTF-8; a view of bytes that others send too
     * @param sent run once, on any thread, when the message has gone out; not when the connection is lost
     */
    void send(ByteBuffer message, Runnable sent);

    /** Says that there is no answer, and ends the connection. Returns without waiting. A message may be under way. */
    void refuse(QueryException reason);
}
