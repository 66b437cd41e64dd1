package dev.matview.server.push;

import dev.matview.core.Page;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One answer of a topic, written once for all who get it. Thread-safe. */
final class Message {

    /** From how many earlier answers the difference is kept: nearly all ask for that to the one before. */
    private static final int MOST_DELTAS = 8;

    private final long number;
    private final Page page;
    private final String tag;
    private byte @Nullable [] whole;
    private byte @Nullable [] wholeWithKeys;

    /** By the tag of the answer they lead from: to hold on to the answer itself would hold on to all there ever were. */
    private final Map<String, byte[]> deltas = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > MOST_DELTAS;
        }
    };

    /** @param number later answers of the topic have higher ones */
    Message(long number, Page page) {
        this.number = number;
        this.page = page;
        this.tag = page.tag();
    }

    long number() {
        return number;
    }

    /** Whether whoever was sent the other one needs not be sent this. */
    boolean isSameAs(Message other) {
        return tag.equals(other.tag);
    }

    synchronized ByteBuffer whole() {
        if (whole == null) {
            whole = PageJson.whole(page);
        }
        return message(whole);
    }

    synchronized ByteBuffer wholeWithKeys() {
        return message(wholeBytesWithKeys());
    }

    private byte[] wholeBytesWithKeys() {
        if (wholeWithKeys == null) {
            wholeWithKeys = PageJson.wholeWithKeys(page, EntityTag.of(page));
        }
        return wholeWithKeys;
    }

    /** What leads here from another answer, or the whole where that is no larger. */
    ByteBuffer since(Message before) {
        return since(before.tag, () -> Optional.of(page.since(before.page)));
    }

    /** What leads here from the answer that a client says it holds; the whole where that cannot be known. */
    ByteBuffer since(String entityTag) {
        String held = EntityTag.pageTag(entityTag);
        return since(held, () -> page.since(held));
    }

    private synchronized ByteBuffer since(String held, Supplier<Optional<Page.Delta>> difference) {
        byte[] delta = deltas.get(held);
        if (delta == null) {
            delta = difference
                    .get()
                    .map(changes -> PageJson.delta(changes, page, EntityTag.of(page)))
                    .filter(message -> message.length < wholeBytesWithKeys().length)
                    .orElseGet(this::wholeBytesWithKeys);
            deltas.put(held, delta);
        }
        return message(delta);
    }

    private static ByteBuffer message(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
