package dev.matview.core.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The documents that a feed would have to read and cannot: each is left out, and its database goes on without it. Here is
 * how many they are, and some of them by name. Immutable.
 *
 * @param documents how many
 * @param examples some of them, at most {@value #MAX_EXAMPLES}; all of them unless there are more
 */
public record LeftOut(int documents, List<Example> examples) {

    /** How many documents that are left out are named. */
    public static final int MAX_EXAMPLES = 100;

    /** No document. */
    public static final LeftOut NOTHING = new LeftOut(0, List.of());

    /** @throws IllegalArgumentException when there are more examples than documents, or more than are named */
    public LeftOut {
        examples = List.copyOf(examples);
        if (examples.size() > documents || examples.size() > MAX_EXAMPLES) {
            throw new IllegalArgumentException(examples.size() + " examples of " + documents + " documents");
        }
    }

    /** Whether no document was left out. */
    public boolean isEmpty() {
        return documents == 0;
    }

    /** These and the other's. */
    public LeftOut and(LeftOut other) {
        if (isEmpty() || other.isEmpty()) {
            return isEmpty() ? other : this;
        }
        List<Example> both = new ArrayList<>(examples);
        both.addAll(other.examples.subList(0, Math.min(other.examples.size(), MAX_EXAMPLES - both.size())));
        return new LeftOut(documents + other.documents, both);
    }

    /** Whether each of them is among the examples, by an id that is its own and no other's. */
    boolean namesAll() {
        return examples.size() == documents && examples.stream().allMatch(Example::isExact);
    }

    /** Those whose ids are not among these, where {@linkplain #namesAll() all are named}. */
    LeftOut without(Set<String> ids) {
        List<Example> left =
                examples.stream().filter(example -> !ids.contains(example.id())).toList();
        return new LeftOut(left.size(), left);
    }

    /**
     * One document that is left out.
     *
     * @param database the user database it is in
     * @param id its {@code _id}; of a very long one the beginning
     */
    public record Example(String database, String id, Reason reason) {

        private static final int MAX_ID = 200;

        public Example {
            Objects.requireNonNull(database, "database");
            Objects.requireNonNull(reason, "reason");
            id = HalfCharacters.replacedIn(id.length() > MAX_ID ? id.substring(0, MAX_ID) + "…" : id);
        }

        /** Whether the id is the document's, and cannot be what another's was made into. */
        private boolean isExact() {
            return id.length() <= MAX_ID && id.indexOf(HalfCharacters.REPLACEMENT) < 0;
        }
    }

    /** Why a document is left out. Stores keep the names. */
    public enum Reason {
        TOO_DEEP("it is nested deeper than " + DocumentReader.MAX_DEPTH + " levels"),
        LONG_KEY("it has a key of more than " + DocumentReader.MAX_KEY + " characters"),
        LONG_NUMBER("it has a number of more than " + DocumentReader.MAX_DIGITS + " digits"),
        LONG_ID("its _id has more than " + DocumentReader.MAX_ID + " characters"),
        TOO_LARGE("it is too large to be read"),
        NOT_UTF8("it is not valid UTF-8"),
        HALF_CHARACTER("it holds half of a character (a surrogate without its other half), which cannot be written"),
        COSTLY_EXPRESSION("a regular expression of the feed's selector costs too much on it"),
        LONG_SORT("what it is sorted or found by takes more bytes than the view store can keep in an index"),
        /** A reason that a later version knows. */
        OTHER("it cannot be read");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** The reason for people, in plain words: nothing of the document is in it. */
        public String words() {
            return words;
        }

        /** The reason of that {@link #name()}; {@link #OTHER} for a name that is not known. */
        public static Reason of(String name) {
            for (Reason reason : values()) {
                if (reason.name().equals(name)) {
                    return reason;
                }
            }
            return OTHER;
        }
    }
}
