package dev.matview.core;

import com.fasterxml.jackson.databind.node.TextNode;

/** The bookmark is none, was changed, or is one of another query; which of them, nobody is told. */
public final class InvalidBookmarkException extends QueryException {
    private static final long serialVersionUID = 1L;

    /** How much of it is said back. */
    private static final int EXCERPT = 100;

    /** @param bookmark as it came; a beginning of it is said back, as CouchDB does */
    public InvalidBookmarkException(String bookmark) {
        super("invalid_bookmark", "Invalid bookmark value: " + TextNode.valueOf(excerpt(bookmark)));
    }

    private static String excerpt(String text) {
        if (text.length() <= EXCERPT) {
            return text;
        }
        // Not half of a character.
        int end = Character.isHighSurrogate(text.charAt(EXCERPT - 1)) ? EXCERPT - 1 : EXCERPT;
        return text.substring(0, end) + "...";
    }
}
