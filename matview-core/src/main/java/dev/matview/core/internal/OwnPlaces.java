package dev.matview.core.internal;

import dev.matview.core.Row;
import dev.matview.core.internal.Place.AtKey;
import java.util.Arrays;
import java.util.List;

/**
 * Places in a user's own database, of which there are no generations: a page goes on after a sort key, in what is there
 * then. Of a key that is too long for a bookmark its beginning is taken, and how many rows of that beginning were looked at.
 */
final class OwnPlaces {

    /** The longest key that a place holds whole: shorter than a beginning, so that no such key has one. */
    static final int LONGEST_KEY = Bookmark.PLACE_BYTES - 16;

    private OwnPlaces() {}

    /** Whether the key is behind the place, or may be: of a beginning the rows are counted. */
    static boolean isAfter(byte[] key, AtKey place) {
        int order = Arrays.compareUnsigned(key, place.key());
        return place.isWhole() ? order > 0 : order >= 0;
    }

    /** Whether both rows have the same beginning of keys that are too long. */
    static boolean beginAlike(Row one, Row other) {
        return one.sortKey().length > LONGEST_KEY
                && other.sortKey().length > LONGEST_KEY
                && Arrays.equals(one.sortKey(), 0, LONGEST_KEY + 1, other.sortKey(), 0, LONGEST_KEY + 1);
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
     * @param looked the rows that were looked at, in their order, with all whose keys begin as that of the last; not none
     */
    static AtKey at(List<Row> looked) {
        byte[] key = looked.get(looked.size() - 1).sortKey();
        if (key.length <= LONGEST_KEY) {
            return new AtKey(key, -1);
        }
        byte[] beginning = Arrays.copyOf(key, LONGEST_KEY + 1);
        return new AtKey(beginning, looked.size() - firstFrom(looked, beginning));
    }
}
