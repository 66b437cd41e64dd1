package dev.matview.core.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whatever goes wrong in matview, or is refused by it, save for what the caller did wrong in code
 * ({@link IllegalArgumentException}, {@link IllegalStateException}). The kinds say what happened, and hold the facts.
 * Backends of other hands throw their own kinds of {@code AggregationException} and {@code ViewStoreException}.
 */
public abstract class MatviewException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, fit for a log: no secret and no content of a document is in it */
    protected MatviewException(String message) {
        super(message);
    }

    /** @param message as in the other constructors */
    protected MatviewException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * For kinds that are thrown often.
     *
     * @param stackTrace whether to find out where it was thrown, which costs
     */
    protected MatviewException(String message, @Nullable Throwable cause, boolean stackTrace) {
        super(message, cause, stackTrace, stackTrace);
    }

    /** What happened; never null. */
    @Override
    public String getMessage() {
        // A kind of other hands that was given none is called by its name: it is not to fail where it is told.
        return Objects.requireNonNullElseGet(super.getMessage(), getClass()::getSimpleName);
    }
}
