package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;

/** Quotes what a caller sent in an error message, at a length that is fit for one. */
final class Excerpt {
    private static final int LONGEST = 100;

    private Excerpt() {}

    static String of(JsonNode json) {
        return of(json.toString());
    }

    static String of(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
