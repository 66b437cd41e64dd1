package dev.matview.core.spi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For backends: where the values of a JSON object's members are in its text. They are found by brackets and quotes alone,
 * so that what could not be read, however deep it is nested, keeps nothing beside it from being read. Whether the values
 * are JSON themselves is not looked at. Immutable, as long as nobody writes to the text.
 */
public final class JsonMembers {

    private static final JsonFactory STRINGS = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final byte[] text;
    private final int end;
    private final Map<String, Range> values = new HashMap<>();
    private int at;
    private final boolean complete;

    /** A value in the text. */
    public record Range(int offset, int length) {}

    private JsonMembers(byte[] text, int offset, int length) {
        this.text = text;
        this.at = offset;
        this.end = offset + length;
        this.complete = scan();
    }

    /** The members that are whole in this text, which begins as an object does; it may be cut off anywhere. */
    public static JsonMembers of(byte[] text, int offset, int length) {
        return new JsonMembers(text, offset, length);
    }

    /** Whether the text is one object from its first bracket to its last. */
    public boolean isComplete() {
        return complete;
    }

    /** Where the value of the key is, the last one if there are several; null when there is none. */
    public @Nullable Range range(String key) {
        return values.get(key);
    }

    /** The value of the key; null when there is none, or it is no string. */
    public @Nullable String string(String key) {
        Range range = values.get(key);
        return range == null ? null : string(text, range);
    }

    /** Whether the value of the key is {@code true}. */
    public boolean isTrue(String key) {
        Range range = values.get(key);
        return range != null && range.length() == 4 && text[range.offset()] == 't';
    }

    private static @Nullable String string(byte[] text, Range range) {
        if (text[range.offset()] != '"') {
            return null;
        }
        try (JsonParser parser = STRINGS.createParser(text, range.offset(), range.length())) {
            return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
        } catch (IOException e) {
            // Not UTF-8, or an escape that is none: no string then.
            return null;
        }
    }

    private boolean scan() {
        if (!take('{')) {
            return false;
        }
        if (take('}')) {
            return isAtEnd();
        }
        do {
            Range key = value();
            if (key == null || text[key.offset()] != '"' || !take(':')) {
                return false;
            }
            Range value = value();
            if (value == null) {
                return false;
            }
            String name = string(text, key);
            if (name != null) {
                values.put(name, value);
            }
        } while (take(','));
        return take('}') && isAtEnd();
    }

    private boolean isAtEnd() {
        skipSpace();
        return at == end;
    }

    private boolean take(char expected) {
        skipSpace();
        if (at < end && text[at] == expected) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < end && text[at] <= ' ' && text[at] >= 0) {
            at++;
        }
    }

    /** Passes over a value; null when it does not come to its end. */
    private @Nullable Range value() {
        skipSpace();
        int start = at;
        if (at >= end) {
            return null;
        }
        boolean whole = switch (text[at]) {
            case '"' -> skipString();
            case '{', '[' -> skipNested();
            default -> skipWord();
        };
        return whole ? new Range(start, at - start) : null;
    }

    private boolean skipString() {
        at++;
        while (at < end) {
            byte b = text[at++];
            if (b == '"') {
                return true;
            }
            if (b == '\\') {
                at++;
            }
        }
        return false;
    }

    private boolean skipNested() {
        int depth = 0;
        while (at < end) {
            byte b = text[at];
            if (b == '"') {
                if (!skipString()) {
                    return false;
                }
                continue;
            }
            at++;
            if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
                if (depth == 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A number, or one of three words. It is whole only if something follows. */
    private boolean skipWord() {
        int start = at;
        while (at < end && isPartOfWord(text[at])) {
            at++;
        }
        return at > start && at < end;
    }

    private static boolean isPartOfWord(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '.' || b == '-' || b == '+';
    }
}
