package dev.matview.server.http.socket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * A message of text, put together from the frames it comes in, within a bound of its own and the room that it shares with
 * others until it is dropped. Thread-safe.
 */
final class TextMessage {

    /** What became of a part. */
    enum Taken {
        TAKEN,
        /** The message is larger than it may be, and dropped. */
        TOO_LARGE,
        /** There is no room for it beside the others, and it is dropped. */
        NO_ROOM
    }

    private final int maxBytes;
    private final MessageRoom room;
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
    private boolean dropped;

    TextMessage(int maxBytes, MessageRoom room) {
        this.maxBytes = maxBytes;
        this.room = room;
    }

    /** Takes the next part, and forgets it when the message is dropped. */
    synchronized Taken add(@Nullable ByteBuffer part) {
        int more = BufferUtil.length(part);
        if (dropped || more == 0) {
            return Taken.TAKEN;
        }
        if (more > maxBytes - bytes.size()) {
            drop();
            return Taken.TOO_LARGE;
        }
        if (!room.take(more)) {
            drop();
            return Taken.NO_ROOM;
        }
        bytes.writeBytes(BufferUtil.toArray(part));
        return Taken.TAKEN;
    }

    /** @throws CharacterCodingException when it is no UTF-8 */
    synchronized String text() throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
    }

    /** Forgets what has come and whatever will, and gives the room back. */
    synchronized void drop() {
        dropped = true;
        room.giveBack(bytes.size());
        bytes = new ByteArrayOutputStream(0);
    }
}
