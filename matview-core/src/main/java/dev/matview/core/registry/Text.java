package dev.matview.core.registry;

import com.fasterxml.jackson.databind.JsonNode;

/** How values of a definition are shown in messages: scalars, cut short; never what is in an array or object. */
final class Text {

    private static final int MAX_VALUE = 40;
    private static final int MAX_REASON = 300;

    private Text() {}

    /** A short scalar as JSON, or what kind of thing the value is. */
    static String show(JsonNode value) {
        if (value.isObject()) {
            return "an object";
        }
        return value.isArray() ? "an array" : cut(oneLine(value.toString()), MAX_VALUE);
    }

    /** A key or a name of the definition, fit to be part of one line. */
    static String name(String name) {
        return cut(oneLine(name), MAX_VALUE);
    }

    /** What another part of the program says is wrong, fit to be part of one line. */
    static String reason(String reason) {
        return cut(oneLine(reason), MAX_REASON);
    }

    /** Whether the text can be shown as it is without a log or a terminal taking it for more than text. */
    static boolean isOneLine(String text) {
        return text.codePoints().noneMatch(Text::endsLine);
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().map(c -> endsLine(c) ? ' ' : c).forEach(line::appendCodePoint);
        return line.toString();
    }

    private static boolean endsLine(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + "…";
    }
}
