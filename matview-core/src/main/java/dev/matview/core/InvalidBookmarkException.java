package dev.matview.core;

import com.fasterxml.jackson.databind.node.TextNode;

/** The bookmark is none, or one of another query. */
public final class InvalidBookmarkException extends QueryException {
    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 100;

    /** @param bookmark what was given as one */
    public InvalidBookmarkException(String bookmark) {
        super("invalid_bookmark", "Invalid bookmark value: " + quoted(bookmark));
    }

    /** As CouchDB says it back, but not all of a megabyte. */
    private static String quoted(String bookmark) {
        return TextNode.valueOf(bookmark.length() <= LONGEST ? bookmark : bookmark.substring(0, LONGEST) + "...")
                .toString();
    }
}
