package dev.matview.core.internal.own;

import dev.matview.core.internal.read.Bookmark;
import dev.matview.core.internal.read.Place.AtKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Places in a user's own database, of which there are no generations: a page goes on after a sort key, in what is there
 * then. Of a key that is too long for a bookmark its beginning is taken, and how many rows of that beginning were looked at.
 * An instance goes along with the rows after a place; for one thread.
 */
final class OwnPlaces {

    /** The longest key that a place holds whole: shorter than a beginning, so that no such key has one. */
    static final int LONGEST_KEY = Bookmark.PLACE_BYTES - 16;

    private byte @Nullable [] beginning;
    private int passed;

    /** @param place null for the start */
    OwnPlaces(@Nullable AtKey place) {
        if (place != null && !place.isWhole()) {
            beginning = place.key();
            passed = place.passed();
        }
    }

    /**
     * Whether a row of that key is after the place, save for {@link #passed}. Keys in one database are unique.
     *
     * @param place null for the start
     */
    static boolean isAfter(@Nullable AtKey place, byte[] key) {
        if (place == null) {
            return true;
        }
        int order = Arrays.compareUnsigned(key, place.key());
        return place.isWhole() ? order > 0 : order >= 0;
    }

    /** How many of the first rows after the place were looked at before. */
    static int passed(@Nullable AtKey place) {
        return place == null || place.isWhole() ? 0 : place.passed();
    }

    /** The place of the next row, which was not looked at before. */
    AtKey next(byte[] key) {
        if (key.length <= LONGEST_KEY) {
            return new AtKey(key, -1);
        }
        byte[] begins = Arrays.copyOf(key, LONGEST_KEY + 1);
        passed = Arrays.equals(begins, beginning) ? passed + 1 : 1;
        beginning = begins;
        return new AtKey(begins, passed);
    }
}
