package dev.matview.couch.internal.client;

/** Ids of documents in the order in which {@code _all_docs} gives them: by the bytes of their UTF-8. */
public final class Ids {

    /** The first character behind the surrogates. */
    private static final char AFTER_SURROGATES = '\ue000';

    private Ids() {}

    public static int compare(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                // Halves of what is beyond the first plane come after all of that, though their numbers do not.
                return Integer.compare(rank(a), rank(b));
            }
        }
        return Integer.compare(one.length(), other.length());
    }

    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + Character.MAX_VALUE : c;
    }
}
