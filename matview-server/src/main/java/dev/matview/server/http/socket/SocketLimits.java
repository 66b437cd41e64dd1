package dev.matview.server.http.socket;

import java.time.Duration;
import java.time.Instant;

/**
 * Bounds of WebSocket connections.
 *
 * @param maxSockets how many there are at once
 * @param maxSocketsPerCaller how many of them one caller has: who has no DID counts by address
 * @param authTime how long a new one may take to send its authentication message
 * @param sendTime how long a message may be under way before its reader counts as too slow
 * @param pingInterval how often the server asks whether the client is still there
 * @param silence how long a client may leave that unanswered
 * @param unauthenticatedBytes how much all clients together that have not authenticated may have sent of their messages
 */
public record SocketLimits(
        int maxSockets,
        int maxSocketsPerCaller,
        Duration authTime,
        Duration sendTime,
        Duration pingInterval,
        Duration silence,
        int unauthenticatedBytes) {

    /** How many WebSockets one caller has unless it is said. */
    public static final int MAX_SOCKETS_PER_CALLER = 50;

    /**
     * How large a frame is kept whole, in bytes. A larger one of a client is read in pieces, as it comes: its length costs
     * nothing, however large it claims to be. A larger message of the server is sent in frames of this size.
     */
    static final int MAX_FRAME_BYTES = 16 * 1024;

    /** How large a message with another token may be, in bytes. Nothing else that a client sends after the first is read. */
    static final int MAX_RENEWAL_BYTES = 16 * 1024;

    /** How large the first message may be, in bytes. */
    static final int MAX_MESSAGE_BYTES = 64 * 1024;

    private static final int UNAUTHENTICATED_BYTES = 16 << 20;

    /** How long who floods has to read why it is closed. */
    static final Duration FLOODING_FAREWELL = Duration.ofSeconds(2);

    /** What a message in many small pieces needs, and a client that pings often; a flood has it at once. */
    private static final int FRAMES_AT_ONCE = 256;

    private static final int FRAMES_PER_SECOND = 4;

    /** @throws IllegalArgumentException when a caller could have no socket */
    public SocketLimits {
        if (maxSocketsPerCaller < 1) {
            throw new IllegalArgumentException("maxSocketsPerCaller must be above zero");
        }
    }

    /** With 50 for a caller, and 16 MiB for all together that have not authenticated. */
    public SocketLimits(int maxSockets, Duration authTime, Duration sendTime, Duration pingInterval, Duration silence) {
        this(maxSockets, MAX_SOCKETS_PER_CALLER, authTime, sendTime, pingInterval, silence, UNAUTHENTICATED_BYTES);
    }

    /**
     * 10,000 sockets, 50 of one caller; 10 seconds to authenticate, 30 to take a message; a ping each 30 seconds, 90 to
     * answer it.
     */
    public static SocketLimits defaults() {
        return new SocketLimits(
                10_000, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(90));
    }

    /** The same with another number of sockets. */
    public SocketLimits withMaxSockets(int maxSockets) {
        return new SocketLimits(
                maxSockets, maxSocketsPerCaller, authTime, sendTime, pingInterval, silence, unauthenticatedBytes);
    }

    /** The same with another number of sockets for one caller. */
    public SocketLimits withMaxSocketsPerCaller(int maxSocketsPerCaller) {
        return new SocketLimits(
                maxSockets, maxSocketsPerCaller, authTime, sendTime, pingInterval, silence, unauthenticatedBytes);
    }

    /** The same with another bound of what clients that have not authenticated may send. */
    public SocketLimits withUnauthenticatedBytes(int unauthenticatedBytes) {
        return new SocketLimits(
                maxSockets, maxSocketsPerCaller, authTime, sendTime, pingInterval, silence, unauthenticatedBytes);
    }

    /** How many frames a client may send. */
    static Allowance frames(Instant now) {
        return new Allowance(FRAMES_AT_ONCE, FRAMES_PER_SECOND, now);
    }
}
