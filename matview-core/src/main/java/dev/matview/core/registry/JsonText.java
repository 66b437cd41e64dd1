package dev.matview.core.registry;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.internal.json.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text and what a tree cannot show about it: keys given twice, of which a tree has only the last, and numbers
 * that no double holds, which CouchDB refuses. The text is gone through once for these and once for the tree, so that
 * all of them are told and not only the first.
 *
 * @param root the tree; null when the text is not one JSON value, which then is the only mistake
 * @param mistakes what is wrong with the text
 */
record JsonText(@Nullable JsonNode root, List<Mistake> mistakes) {

    /**
     * @param element where in the array that the text is; -1 when it is none
     * @param key the path below that, such as {@code query.sort[0].createdAt}; empty for the element itself
     */
    record Mistake(int element, String key, String message) {}

    static JsonText parse(byte[] json) {
        List<Mistake> mistakes = new ArrayList<>();
        try {
            String broken = check(json, mistakes);
            if (broken == null) {
                return new JsonText(Json.MAPPER.readTree(json), List.copyOf(mistakes));
            }
            return broken(broken);
        } catch (JsonProcessingException e) {
            return broken("is not JSON: " + place(e.getLocation()) + plain(e.getOriginalMessage()));
        } catch (IOException e) {
            return broken("is not JSON: " + plain(e.getMessage()));
        }
    }

    private static JsonText broken(String message) {
        return new JsonText(null, List.of(new Mistake(-1, "", message)));
    }

    /** @return what keeps the text from being one value, if anything does */
    private static @Nullable String check(byte[] json, List<Mistake> mistakes) throws IOException {
        try (JsonParser parser = Json.MAPPER.createParser(json)) {
            Deque<Set<String>> keysOfOpenObjects = new ArrayDeque<>();
            boolean ended = false;
            boolean empty = true;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (ended) {
                    return "is not JSON: " + place(parser.currentTokenLocation()) + "something follows the value";
                }
                switch (token) {
                    case START_OBJECT -> keysOfOpenObjects.push(new HashSet<>());
                    case END_OBJECT -> keysOfOpenObjects.pop();
                    case FIELD_NAME -> {
                        if (!keysOfOpenObjects.element().add(parser.currentName())) {
                            mistakes.add(mistake(parser, "is given twice"));
                        }
                    }
                    case VALUE_NUMBER_FLOAT -> {
                        if (Double.isInfinite(parser.getDoubleValue())) {
                            mistakes.add(mistake(parser, "is a number out of range"));
                        }
                    }
                    default -> {}
                }
                empty = false;
                ended = parser.getParsingContext().inRoot();
            }
            return empty ? "is empty" : null;
        }
    }

    private static Mistake mistake(JsonParser parser, String what) {
        int element = -1;
        StringBuilder key = new StringBuilder();
        for (JsonStreamContext at = parser.getParsingContext(); at != null && !at.inRoot(); at = at.getParent()) {
            boolean outermost = at.getParent() == null || at.getParent().inRoot();
            if (at.inArray() && outermost) {
                element = at.getCurrentIndex();
            } else if (at.inArray()) {
                key.insert(0, "[" + at.getCurrentIndex() + "]");
            } else {
                key.insert(0, "." + Text.name(String.valueOf(at.getCurrentName())));
            }
        }
        String path = key.toString();
        return new Mistake(element, path.startsWith(".") ? path.substring(1) : path, what);
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
    }

    /** Jackson's message without the parts that are about its own classes. */
    private static String plain(@Nullable String message) {
        String text = String.valueOf(message);
        int marker = text.indexOf(" (start marker at");
        return Text.reason((marker < 0 ? text : text.substring(0, marker)).replaceFirst(", from `[^`]*`", ""));
    }
}
