package dev.matview.core.internal.read;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.InvalidBookmarkException;
import dev.matview.core.Query;
import dev.matview.core.internal.read.StoreKeys.Keys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Where a page ended, in a form that clients carry. Immutable. As text it is base64url of
 *
 * <pre>
 * "mv" | version | name of the seal | what the seal closed: source | tag | check | place | padding
 * </pre>
 *
 * <p>Whoever gives one back is told three things. That it has expired: another version, or a seal that is no longer known,
 * also one of the time before there were seals. That it is none: any other text, one that was changed, one of another
 * query; which of them is not said. Or the rows after its place, if the generation is kept.
 *
 * @param source a hash of the view's name; two views never have one generation
 * @param tag of the generation
 * @param check a hash of the collection, the selector and the sort; the fields may change from page to page, and so may
 *     the caller
 */
public record Bookmark(byte[] source, String tag, byte[] check, Place place) {

    /** Also counts the versions of the collation, since places in own databases are its sort keys. */
    static final byte VERSION = 1;

    /** The longest bookmark, in characters. */
    static final int LONGEST = 2048;

    private static final byte[] MAGIC = {'m', 'v'};
    private static final int HEADER_BYTES = MAGIC.length + 1 + Seal.NAME_BYTES;
    private static final int HASH_BYTES = 16;

    /** Padding hides how long hidden names are, but for this much. */
    private static final int PADDED_TO = 48;

    /** What is left for a place when all else is as long as it gets. */
    public static final int PLACE_BYTES =
            (LONGEST / 4 * 3 - HEADER_BYTES - Seal.OVERHEAD) / PADDED_TO * PADDED_TO - 128;

    private static final Pattern UNSEALED = Pattern.compile("[0-9a-z]+(-[0-9a-z]+)?\\.[0-9]+\\.-?[0-9a-z]+");

    /** @param view the name of the view that the generation is of */
    public static Bookmark of(String view, String tag, String collection, Query query, Place place) {
        return new Bookmark(source(view), tag, check(collection, query), place);
    }

    String text(Keys keys) {
        Seal seal = keys.seal();
        byte[] header = header(seal.name());
        byte[] closed = seal.close(header, bytes());
        byte[] all = Arrays.copyOf(header, header.length + closed.length);
        System.arraycopy(closed, 0, all, header.length, closed.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    private static byte[] header(byte[] sealName) {
        byte[] header = Arrays.copyOf(MAGIC, HEADER_BYTES);
        header[MAGIC.length] = VERSION;
        System.arraycopy(sealName, 0, header, MAGIC.length + 1, Seal.NAME_BYTES);
        return header;
    }

    private byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(source);
            out.writeUTF(tag);
            out.write(check);
            place.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be written", e);
        }
        int padded = (bytes.size() + PADDED_TO - 1) / PADDED_TO * PADDED_TO;
        return Arrays.copyOf(bytes.toByteArray(), padded);
    }

    /**
     * Reads a bookmark that came back with a query.
     *
     * @throws InvalidBookmarkException when it is none, or not one of this query
     * @throws BookmarkExpiredException when nobody can read it any more
     */
    public static Bookmark parse(String text, String collection, Query query, StoreKeys keys) {
        byte[] bytes = decode(text);
        if (bytes.length <= MAGIC.length || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
            throw isUnsealed(bytes) ? new BookmarkExpiredException() : new InvalidBookmarkException(text);
        }
        if (bytes[MAGIC.length] != VERSION) {
            throw new BookmarkExpiredException();
        }
        if (bytes.length < HEADER_BYTES) {
            throw new InvalidBookmarkException(text);
        }
        byte[] name = Arrays.copyOfRange(bytes, MAGIC.length + 1, HEADER_BYTES);
        Seal seal = keys.get().seal(name).or(() -> keys.newest().seal(name)).orElseThrow(BookmarkExpiredException::new);
        return seal.open(header(name), Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length))
                .map(Bookmark::read)
                .filter(bookmark -> Arrays.equals(bookmark.check, check(collection, query)))
                .orElseThrow(() -> new InvalidBookmarkException(text));
    }

    private static byte[] decode(String text) {
        try {
            return text.length() > LONGEST
                    ? new byte[0]
                    : Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    /** What a bookmark was before it was sealed. */
    private static boolean isUnsealed(byte[] bytes) {
        return UNSEALED.matcher(new String(bytes, StandardCharsets.ISO_8859_1)).matches();
    }

    /** Reads what was sealed, and so written by {@link #bytes}. */
    private static Bookmark read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return new Bookmark(in.readNBytes(HASH_BYTES), in.readUTF(), in.readNBytes(HASH_BYTES), Place.read(in));
        } catch (IOException e) {
            throw new UncheckedIOException("a bookmark of this version is not as this version writes it", e);
        }
    }

    /** Whether it is of a generation of that view. */
    public boolean isOf(String view) {
        return Arrays.equals(source, source(view));
    }

    private static byte[] source(String view) {
        return hash("view", view);
    }

    private static byte[] check(String collection, Query query) {
        return hash(collection, query.selector().toString(), query.sort().toString());
    }

    /** Needs no key: it is sealed, and without the seal nobody learns anything of it. */
    private static byte[] hash(String... parts) {
        Hmac hash = new Hmac.Key(new byte[] {2}).hmac();
        for (String part : parts) {
            hash.add(part);
        }
        return Arrays.copyOf(hash.finish(), HASH_BYTES);
    }
}
