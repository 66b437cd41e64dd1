package dev.matview.core;

/** No feed is registered for the collection: unregistered global queries are refused. */
public final class FeedNotRegisteredException extends QueryException {
    private static final long serialVersionUID = 1L;

    public FeedNotRegisteredException(String collection) {
        super("feed_not_registered", "No global feed is registered for the collection " + collection + ".");
    }
}
