package dev.matview.core.internal;

import dev.matview.core.Row;
import dev.matview.core.internal.Place.AtKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places in a user's own database, of which there are no generations: a page goes on after a sort key, in what is there
 * then. Of a key that is too long for a bookmark its beginning is taken, and how many rows of that beginning were looked at.
 */
final class OwnPlaces {

    /** The longest key that a place holds whole: shorter than a beginning, so that no such key has one. */
    static final int LONGEST_KEY = Bookmark.PLACE_BYTES - 16;

    private OwnPlaces() {}

    /**
     * The number of the first row after the place.
     *
     * @param rows in their order
     * @param place null for the start
     */
    static int after(List<Row> rows, @Nullable AtKey place) {
        if (place == null) {
            return 0;
        }
        int first = firstFrom(rows, place.key());
        if (!place.isWhole()) {
            return (int) Math.min(rows.size(), (long) first + place.passed());
        }
        boolean isThere = first < rows.size() && Arrays.equals(rows.get(first).sortKey(), place.key());
        return isThere ? first + 1 : first;
    }

    /** The number of the first row whose key is not below that one. Keys in one database are unique. */
    private static int firstFrom(List<Row> rows, byte[] key) {
        int low = 0;
        int high = rows.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(rows.get(middle).sortKey(), key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The place of the last of these rows.
     *
     * @param looked the rows that were looked at after the place, in their order; not none
     */
    static AtKey at(List<Row> looked, @Nullable AtKey place) {
        byte[] key = looked.get(looked.size() - 1).sortKey();
        if (key.length <= LONGEST_KEY) {
            return new AtKey(key, -1);
        }
        byte[] beginning = Arrays.copyOf(key, LONGEST_KEY + 1);
        int passed = looked.size() - firstFrom(looked, beginning);
        boolean goesOn = place != null && !place.isWhole() && Arrays.equals(place.key(), beginning);
        return new AtKey(beginning, goesOn ? place.passed() + passed : passed);
    }
}
