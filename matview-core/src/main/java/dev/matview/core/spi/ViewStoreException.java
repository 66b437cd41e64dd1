package dev.matview.core.spi;

import dev.matview.core.error.MatviewException;
import org.jspecify.annotations.Nullable;

/** The store of the views could not do what was asked of it. */
public class ViewStoreException extends MatviewException {
    private static final long serialVersionUID = 1L;

    /** @param message names the view and what was tried */
    public ViewStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** @param message names the view and what is wrong */
    public ViewStoreException(String message) {
        super(message);
    }
}
