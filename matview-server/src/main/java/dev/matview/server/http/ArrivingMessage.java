package dev.matview.server.http;

/** A message that comes in parts, and takes room of a {@link MessageRoom} until it is dropped. Thread-safe. */
final class ArrivingMessage {

    /** What became of a part. */
    enum Taken {
        TAKEN,
        /** The message has more than {@link SocketLimits#MAX_MESSAGE_BYTES}; it is dropped. */
        TOO_LARGE,
        /** There is no room for it beside those of others; it is dropped. */
        NO_ROOM
    }

    private final MessageRoom room;
    private final StringBuilder text = new StringBuilder();
    private int bytes;
    private boolean ended;

    ArrivingMessage(MessageRoom room) {
        this.room = room;
    }

    synchronized Taken add(String part) {
        if (ended) {
            return Taken.TAKEN;
        }
        int more = part.codePoints().map(ArrivingMessage::utf8Bytes).sum();
        if (bytes + more > SocketLimits.MAX_MESSAGE_BYTES) {
            drop();
            return Taken.TOO_LARGE;
        }
        if (!room.take(more)) {
            drop();
            return Taken.NO_ROOM;
        }
        bytes += more;
        text.append(part);
        return Taken.TAKEN;
    }

    /** All that has come. */
    synchronized String text() {
        return text.toString();
    }

    /** Forgets what has come, and gives its room back. */
    synchronized void drop() {
        room.giveBack(bytes);
        bytes = 0;
        text.setLength(0);
        text.trimToSize();
    }

    /** The same for good: what comes after it is forgotten at once. */
    synchronized void end() {
        ended = true;
        drop();
    }

    /** How many bytes a code point has in UTF-8. */
    static int utf8Bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }
}
