package dev.matview.core;

/** The generation that the bookmark pins is no longer kept. */
public final class BookmarkExpiredException extends QueryException {
    private static final long serialVersionUID = 1L;

    public BookmarkExpiredException() {
        super("bookmark_expired", "The bookmark's generation is no longer kept; start again without a bookmark.");
    }
}
