package dev.matview.core.spi;

/**
 * What was asked of a generation cannot be answered from it: a {@link PagedViewStore} does not keep it any more, or not all of it.
 * To ask again is of no use.
 */
public final class PastGenerationException extends ViewStoreException {
    private static final long serialVersionUID = 1L;

    /** @param generation its number */
    public PastGenerationException(String view, long generation) {
        super("generation " + generation + " of view " + view + " is not kept any more");
    }
}
