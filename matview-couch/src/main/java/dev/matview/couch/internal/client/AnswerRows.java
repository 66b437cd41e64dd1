package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes an answer apart that is an object with one long array, such as the {@code rows} of {@code _all_docs}, without
 * reading what the elements say: by brackets and quotes alone. So an element that nobody can read, however deep it is
 * nested, keeps none of those after it from being read. One element is in memory at a time. Not thread-safe.
 */
public final class AnswerRows {

    /** Before CouchDB 3 its documents had 64 MB by default, now 8. */
    static final int MAX_ELEMENT = 72 << 20;

    /** What is kept of a larger one: its id comes first. */
    private static final int BEGINNING = 256 << 10;

    /** A larger element is passed over, up to this. */
    private static final long MAX_PASSED = 1L << 30;

    /** How much there may be besides the elements, and besides each. */
    private static final int BESIDES = 256 << 10;

    private static final int BESIDES_EACH = 64;
    private static final int FIRST_BUFFER = 64 << 10;

    private final InputStream in;
    private final int maxElement;
    private final String array;
    private final Elements elements;
    private final ObjectNode members = CouchJson.object();
    private boolean found;

    private byte[] buffer = new byte[FIRST_BUFFER];
    private int at;
    private int filled;
    /** Where what must be kept begins; negative for nothing. */
    private int mark = -1;

    private byte[] beginning = {};
    private long passed;
    private long besides = BESIDES;

    /** Takes the elements as they come. */
    @FunctionalInterface
    public interface Elements {
        /**
         * @param text holds the element until this returns
         * @param whole whether that is all of it, not only the beginning of one that is too large
         */
        void take(byte[] text, int offset, int length, boolean whole) throws IOException, InterruptedException;

        /** Another member of the answer; CouchDB tells most before the elements. */
        default void member(String name, JsonNode value) {}
    }

    private AnswerRows(InputStream in, String array, Elements elements, int maxElement) {
        this.in = in;
        this.array = array;
        this.elements = elements;
        this.maxElement = maxElement;
    }

    /**
     * Reads the answer to the end of its object.
     *
     * @return its other members
     * @throws WrongAnswerException when this is no object with that array, or an error
     */
    public static ObjectNode read(InputStream in, String array, Elements elements)
            throws IOException, InterruptedException {
        return read(in, array, elements, MAX_ELEMENT);
    }

    /** @param maxElement how many bytes of an element are in memory at most */
    static ObjectNode read(InputStream in, String array, Elements elements, int maxElement)
            throws IOException, InterruptedException {
        return new AnswerRows(in, array, elements, maxElement).read();
    }

    private ObjectNode read() throws IOException, InterruptedException {
        expect('{');
        if (!take('}')) {
            do {
                member();
            } while (take(','));
            expect('}');
        }
        // CouchDB reports what goes wrong after the first row at the end of a good answer.
        WrongAnswerException.unless(!members.has("error"), "an answer that ends in an error");
        WrongAnswerException.unless(found, "an answer without " + array);
        return members;
    }

    private void member() throws IOException, InterruptedException {
        String key = text();
        expect(':');
        if (!key.equals('"' + array + '"')) {
            String value = text();
            String name = key.substring(1, Math.max(1, key.length() - 1));
            members.set(name, CouchJson.MAPPER.readTree(value));
            elements.member(name, members.path(name));
            return;
        }
        WrongAnswerException.unless(!found, "an answer with two " + array);
        found = true;
        expect('[');
        if (take(']')) {
            return;
        }
        do {
            element();
        } while (take(','));
        expect(']');
    }

    private void element() throws IOException, InterruptedException {
        skipSpace();
        mark = at;
        skipValue();
        boolean whole = passed == 0;
        if (whole) {
            elements.take(buffer, mark, at - mark, true);
        } else {
            elements.take(beginning, 0, beginning.length, false);
        }
        mark = -1;
        passed = 0;
        besides += BESIDES_EACH;
    }

    /** A short value, as it is written. */
    private String text() throws IOException {
        skipSpace();
        mark = at;
        skipValue();
        WrongAnswerException.unless(passed == 0 && spend(at - mark), "an answer that is long beside its " + array);
        String text = new String(buffer, mark, at - mark, StandardCharsets.UTF_8);
        mark = -1;
        return text;
    }

    private boolean spend(long bytes) {
        besides -= bytes;
        return besides >= 0;
    }

    private void expect(char expected) throws IOException {
        WrongAnswerException.unless(take(expected), "an answer that broke off or is not JSON");
    }

    private boolean take(char wanted) throws IOException {
        skipSpace();
        if (buffer[at] != wanted) {
            return false;
        }
        at++;
        return true;
    }

    /** Goes to the next byte that is no space; there is one. */
    private void skipSpace() throws IOException {
        more();
        while (buffer[at] == ' ' || buffer[at] == '\n' || buffer[at] == '\r' || buffer[at] == '\t') {
            WrongAnswerException.unless(spend(1), "an answer that is long beside its " + array);
            at++;
            more();
        }
    }

    private void skipValue() throws IOException {
        switch (buffer[at]) {
            case '"' -> skipString();
            case '{', '[' -> skipNested();
            default -> skipWord();
        }
    }

    private void skipString() throws IOException {
        at++;
        while (true) {
            more();
            byte b = buffer[at++];
            if (b == '"') {
                return;
            }
            if (b == '\\') {
                more();
                at++;
            }
        }
    }

    private void skipNested() throws IOException {
        long depth = 0;
        do {
            more();
            byte b = buffer[at];
            if (b == '"') {
                skipString();
                continue;
            }
            at++;
            if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            }
        } while (depth > 0);
    }

    private void skipWord() throws IOException {
        int length = 0;
        while (isPartOfWord(buffer[at])) {
            length++;
            at++;
            more();
        }
        WrongAnswerException.unless(length > 0, "an answer that broke off or is not JSON");
    }

    private static boolean isPartOfWord(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '.' || b == '-' || b == '+';
    }

    /** Makes sure that there is a byte at {@link #at}. */
    private void more() throws IOException {
        if (at < filled) {
            return;
        }
        makeRoom();
        int count = in.read(buffer, filled, buffer.length - filled);
        WrongAnswerException.unless(count > 0, "an answer that broke off");
        filled += count;
    }

    private void makeRoom() throws WrongAnswerException {
        int kept = mark < 0 ? 0 : filled - mark;
        if (kept > maxElement || passed > 0) {
            pass(kept);
            kept = 0;
        } else if (kept > 0 && mark > 0) {
            System.arraycopy(buffer, mark, buffer, 0, kept);
        }
        mark = mark < 0 ? -1 : 0;
        filled = kept;
        at = kept;
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
    }

    /** Gives up an element that is too large, but for its beginning. */
    private void pass(int bytes) throws WrongAnswerException {
        if (passed == 0) {
            beginning = Arrays.copyOfRange(buffer, mark, mark + Math.min(bytes, BEGINNING));
            buffer = new byte[FIRST_BUFFER];
        }
        passed += bytes;
        WrongAnswerException.unless(passed <= MAX_PASSED, "an answer with an element that does not end");
    }

    /** Reads an element that is small. */
    public static ObjectNode object(byte[] text, int offset, int length) throws IOException {
        if (CouchJson.MAPPER.readTree(text, offset, length) instanceof ObjectNode object) {
            return object;
        }
        throw new WrongAnswerException("an answer with an element that is no object");
    }
}
