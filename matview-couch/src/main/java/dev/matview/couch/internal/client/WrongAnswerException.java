package dev.matview.couch.internal.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An answer that came whole, perhaps, and is not what was asked for: nothing of it is to be believed. */
public final class WrongAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** @param reason what is wrong with the answer, without its content; such as {@code an answer without update_seq} */
    WrongAnswerException(String reason) {
        super(reason);
        this.reason = reason;
    }

    public static void unless(boolean asAsked, String reason) throws WrongAnswerException {
        if (!asAsked) {
            throw new WrongAnswerException(reason);
        }
    }

    /** What must be in an answer. */
    static <T> T present(@Nullable T part, String reason) throws WrongAnswerException {
        if (part == null) {
            throw new WrongAnswerException(reason);
        }
        return part;
    }

    /** What is wrong with the answer. */
    String reason() {
        return reason;
    }
}
