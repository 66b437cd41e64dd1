package dev.matview.core.spi;

import dev.matview.core.spi.LeftOut.Reason;

/** A document cannot be read, and its database can: it is to be left out. Costs no stack trace. */
public final class UnreadableDocumentException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public UnreadableDocumentException(Reason reason) {
        super(reason.words(), null, false, false);
        this.reason = reason;
    }

    /** Why, without anything of the document. */
    public Reason reason() {
        return reason;
    }
}
