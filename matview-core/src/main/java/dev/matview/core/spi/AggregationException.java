package dev.matview.core.spi;

import dev.matview.core.error.MatviewException;
import org.jspecify.annotations.Nullable;

/** The source side as a whole could not do what was asked of it, such as to say which user databases there are. */
public class AggregationException extends MatviewException {
    private static final long serialVersionUID = 1L;

    /** @param message what was tried, and what the reader can do */
    public AggregationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** @param message what was tried, and what the reader can do */
    public AggregationException(String message) {
        super(message);
    }
}
