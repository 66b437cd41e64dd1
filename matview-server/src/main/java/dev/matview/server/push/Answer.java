package dev.matview.server.push;

import dev.matview.core.Page;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One answer of a topic, written once for all who get it. Thread-safe. */
final class Answer {

    private final long number;
    private final Page page;
    private byte @Nullable [] whole;
    /** By number: to hold on to the answer itself would hold on to all there ever were. */
    private long deltaFrom;

    private byte @Nullable [] delta;

    /** @param number later answers of the topic have higher ones */
    Answer(long number, Page page) {
        this.number = number;
        this.page = page;
    }

    long number() {
        return number;
    }

    boolean shows(Answer other) {
        return Arrays.equals(page.json(), other.page.json());
    }

    synchronized ByteBuffer whole() {
        if (whole == null) {
            whole = PageJson.whole(page);
        }
        return ByteBuffer.wrap(whole).asReadOnlyBuffer();
    }

    /**
     * What changed since another answer. Where only the order has, that is the whole answer. Nearly all ask for the
     * difference to the answer before, so only the last one asked for is kept.
     */
    synchronized ByteBuffer since(Answer before) {
        if (delta == null || deltaFrom != before.number) {
            Page.Delta changes = page.since(before.page);
            if (changes.isEmpty()) {
                return whole();
            }
            delta = PageJson.delta(changes, page);
            deltaFrom = before.number;
        }
        return ByteBuffer.wrap(delta).asReadOnlyBuffer();
    }
}
