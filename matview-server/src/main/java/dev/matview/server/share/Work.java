package dev.matview.server.share;

/** A piece of work of a caller's, which is either run or dropped, once. */
public interface Work {

    /**
     * Does it. A {@link RuntimeException} that comes out is logged; an {@link Error} ends the thread, as it would any
     * other, and the caller's next work is done by another one.
     */
    void run();

    /** It is not done any more: it has waited too long, or the server stops. Quick, and on any thread. */
    void dropped();
}
