package dev.matview.couch.internal.view;

import java.util.Locale;

/**
 * The {@code _id} of a document in a view's database: {@code 000000000017/slice/userdb-a}. It begins with the number of
 * the attempt that wrote it, so that what one attempt wrote is one range of {@code _all_docs}, and later attempts follow
 * earlier ones. Immutable.
 *
 * @param attempt above zero
 * @param database the user database that the document is about
 * @param chunk counts the documents that one attempt wrote about the database; {@code /00001} and so on is appended to
 *     those after the first
 */
record ViewDocumentId(long attempt, Kind kind, String database, int chunk) {

    /** In the order of their ids: what an attempt takes away it takes from earlier ones. */
    enum Kind {
        /** Rows, or a slice, that are no longer in the view. */
        GONE,
        /** Rows that are new or different, and the position of their slice. */
        SLICE;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How many documents one attempt may write about one database. */
    static final int MAX_CHUNKS = 1 << 16;

    private static final int ATTEMPT_DIGITS = 12;

    ViewDocumentId {
        if (chunk < 0 || chunk >= MAX_CHUNKS) {
            throw new IllegalArgumentException("the change of one slice has at most " + MAX_CHUNKS + " documents");
        }
    }

    static ViewDocumentId slice(String database, long place) {
        return new ViewDocumentId(place / MAX_CHUNKS, Kind.SLICE, database, (int) (place % MAX_CHUNKS));
    }

    /**
     * Reads an id that {@link #toString} wrote.
     *
     * @param database as the document itself says it
     * @throws IllegalArgumentException when it is no such id
     */
    static ViewDocumentId parse(String id, String database) {
        String[] parts = id.split("/", -1);
        if (parts.length < 3 || parts.length > 4 || parts[0].length() != ATTEMPT_DIGITS) {
            throw new IllegalArgumentException("not a document of a view: " + id);
        }
        Kind kind = Kind.valueOf(parts[1].toUpperCase(Locale.ROOT));
        return new ViewDocumentId(
                Long.parseLong(parts[0]), kind, database, parts.length == 3 ? 0 : Integer.parseInt(parts[3]));
    }

    /** Attempt and chunk in one number, which orders documents of a slice as they were written. */
    long place() {
        return attempt * MAX_CHUNKS + chunk;
    }

    /** Sorts before every id of the attempt, and after every id of the one before. */
    static String begin(long attempt) {
        return String.format(Locale.ROOT, "%0" + ATTEMPT_DIGITS + "d", attempt);
    }

    @Override
    public String toString() {
        String first = begin(attempt) + "/" + kind.text() + "/" + Escape.FOR_IDS.of(database);
        return chunk == 0 ? first : first + String.format(Locale.ROOT, "/%05d", chunk);
    }
}
