package dev.matview.server.share;

import java.time.Duration;

/**
 * Bounds of a {@link FairShare}.
 *
 * @param searchers how many threads compute
 * @param readers how many threads may wait for databases beside them
 * @param waitingPerCaller how much work of one caller waits at most, beside the one that runs
 * @param pushesPerCaller how many pushes to one caller wait at most, beside that: one for each of its sockets
 * @param waiting how much work of all callers waits at most, without pushes
 * @param waitingBytes how many bytes that work holds at most
 * @param longestWait how long work waits before it is dropped; pushes wait as long as it takes
 */
public record ShareLimits(
        int searchers,
        int readers,
        int waitingPerCaller,
        int pushesPerCaller,
        int waiting,
        long waitingBytes,
        Duration longestWait) {

    /**
     * A searching thread for each processor, and two at least; 8 reading ones; 8 waiting for each caller and 50 pushes;
     * 1,000 in all, which hold a sixteenth of the heap; 30 seconds.
     */
    public static ShareLimits defaults() {
        return new ShareLimits(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                8,
                8,
                50,
                1_000,
                Runtime.getRuntime().maxMemory() / 16,
                Duration.ofSeconds(30));
    }

    /** The same with another number of pushes to one caller. */
    public ShareLimits withPushesPerCaller(int pushesPerCaller) {
        return new ShareLimits(
                searchers, readers, waitingPerCaller, pushesPerCaller, waiting, waitingBytes, longestWait);
    }

    /** @throws IllegalArgumentException when nothing would be done */
    public ShareLimits {
        if (searchers < 1 || readers < 1 || pushesPerCaller < 1) {
            throw new IllegalArgumentException("searchers, readers and pushesPerCaller must be above zero");
        }
        if (waitingPerCaller < 0 || waiting < 1 || waitingBytes < 1) {
            throw new IllegalArgumentException("waitingPerCaller must not be negative, the other bounds above zero");
        }
    }
}
