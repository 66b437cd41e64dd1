package dev.matview.core.files;

import dev.matview.core.error.MatviewException;
import java.nio.file.Path;

/**
 * A line of a file is not a document that can be read. The message is {@code path:line: reason}; no part of the line's
 * content is in it.
 */
final class BadLineException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;
    private final long line;
    private final String reason;

    /**
     * @param line counts from 1
     * @param reason what is wrong with the line, without its content
     */
    public BadLineException(Path path, long line, String reason) {
        // No stack trace: the fault is in the file, and thousands of files may have one.
        super(path + ":" + line + ": " + reason, null, false);
        this.path = path;
        this.line = line;
        this.reason = reason;
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** The number of the line, from 1. */
    public long line() {
        return line;
    }

    /** What is wrong, without the line's content. */
    public String reason() {
        return reason;
    }
}
