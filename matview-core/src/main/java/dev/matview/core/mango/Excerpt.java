package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;

/** Quotes what a caller sent in an error message, at a length that is fit for one, however large or deep it is. */
final class Excerpt {
    private static final int LONGEST = 100;

    private Excerpt() {}

    static String of(JsonNode json) {
        StringBuilder text = new StringBuilder();
        append(json, text);
        return of(text.toString());
    }

    static String of(String text) {
        return text.length() <= LONGEST ? text : cut(text, LONGEST) + "...";
    }

    /** Stops once there is enough; as every level writes something, it also goes no deeper than that. */
    private static void append(JsonNode json, StringBuilder text) {
        if (text.length() > LONGEST) {
            return;
        }
        if (json.isObject()) {
            String separator = "{";
            for (Map.Entry<String, JsonNode> member : json.properties()) {
                text.append(separator).append(quoted(member.getKey())).append(':');
                append(member.getValue(), text);
                if (text.length() > LONGEST) {
                    return;
                }
                separator = ",";
            }
            text.append(json.isEmpty() ? "{}" : "}");
        } else if (json.isArray()) {
            String separator = "[";
            for (JsonNode element : json) {
                text.append(separator);
                append(element, text);
                if (text.length() > LONGEST) {
                    return;
                }
                separator = ",";
            }
            text.append(json.isEmpty() ? "[]" : "]");
        } else {
            text.append(json.isTextual() ? quoted(json.textValue()) : json.toString());
        }
    }

    private static String quoted(String text) {
        // One more than is shown, so that it shows that something was left out.
        return TextNode.valueOf(text.length() <= LONGEST ? text : cut(text, LONGEST + 1))
                .toString();
    }

    private static String cut(String text, int length) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }
}
