package dev.matview.core.internal.keep;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes texts one after the other, so that no two lists of texts are alike, and a list is the beginning of all that go on from
 * it: each as UTF-8 with its zeros marked, and an end. For one thread.
 */
final class KeyText {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private KeyText() {}

    static KeyText of() {
        return new KeyText();
    }

    /** Begins with a letter that says what it is a list of. */
    static KeyText of(char kind) {
        KeyText text = new KeyText();
        text.bytes.write(kind);
        return text;
    }

    KeyText add(String text) {
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.write(next);
            if (next == 0) {
                bytes.write(0xff);
            }
        }
        bytes.write(0);
        bytes.write(0);
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
