package dev.matview.core.internal;

import dev.matview.core.InvalidBookmarkException;
import dev.matview.core.Query;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Where a page ended, in a form that clients carry: the generation's tag, the offset in the query's answer, and a check
 * that it comes back with the query it was given for. It grants nothing that the query does not, so it is not signed.
 *
 * @param tag of the generation
 * @param offset of the next row
 * @param check of the query's shape
 */
record Bookmark(String tag, int offset, long check) {

    private static final int LONGEST = 200;

    static Bookmark of(Snapshot snapshot, int offset, Query query) {
        return new Bookmark(snapshot.tag(), offset, check(query));
    }

    /** @throws InvalidBookmarkException when the text is no bookmark, or one of another query */
    static Bookmark decode(String text, Query query) {
        if (text.length() > LONGEST) {
            throw new InvalidBookmarkException(text);
        }
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII).split("\\.", -1);
            if (parts.length != 3) {
                throw new InvalidBookmarkException(text);
            }
            Bookmark bookmark = new Bookmark(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2], 36));
            if (bookmark.offset < 0 || bookmark.check != check(query)) {
                throw new InvalidBookmarkException(text);
            }
            return bookmark;
        } catch (IllegalArgumentException notABookmark) {
            throw new InvalidBookmarkException(text);
        }
    }

    String encode() {
        String text = tag + '.' + offset + '.' + Long.toString(check, 36);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    static long check(Query query) {
        CRC32C crc = new CRC32C();
        crc.update(query.shape().getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
