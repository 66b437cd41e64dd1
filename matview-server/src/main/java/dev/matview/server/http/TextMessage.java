package dev.matview.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/** A message of text, put together from the frames it comes in, within a bound. Not thread-safe. */
final class TextMessage {

    private final int maxBytes;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);

    TextMessage(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes the next part; false, and takes nothing, when the message would be too large with it. */
    boolean add(@Nullable ByteBuffer part) {
        byte[] added = BufferUtil.toArray(part);
        if (added.length > maxBytes - bytes.size()) {
            return false;
        }
        bytes.writeBytes(added);
        return true;
    }

    /** @throws CharacterCodingException when it is no UTF-8 */
    String text() throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
    }
}
