package dev.matview.couch.internal.view;

import java.util.OptionalLong;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What the databases and documents of views are called. Immutable.
 *
 * <p>Each build of a view has a database of its own, named by the prefix ({@code matview-} unless told otherwise), the
 * view's escaped name, a dash and the number of the attempt that built it: {@code _global_posts} is in {@code
 * matview-_global_posts-17}. CouchDB wants names that match {@code ^[a-z][a-z0-9_$()+/-]*$}, of 238 characters at most,
 * so
 *
 * <ul>
 *   <li>{@code a-z}, {@code 0-9}, {@code _} and {@code -} stay as they are; every other byte of the name in UTF-8 becomes
 *       {@code $} and two hexadecimal digits, so that no two names are escaped alike;
 *   <li>an escaped name of more than {@value #MAX_ESCAPED} characters is cut, and the SHA-256 of the whole name follows in
 *       parentheses, which no escaped name has.
 * </ul>
 */
public final class ViewNames {

    public static final String DEFAULT_PREFIX = "matview-";

    private static final int MAX_PREFIX = 40;
    private static final int MAX_ESCAPED = 120;
    private static final int CUT = 50;

    private final String prefix;

    /** @throws IllegalArgumentException when no name of a database can begin so */
    public ViewNames(String prefix) {
        if (!prefix.matches("[a-z][a-z0-9_$()+/-]*") || prefix.length() > MAX_PREFIX) {
            throw new IllegalArgumentException(
                    "a prefix of database names is a lower-case letter and then a-z, 0-9 or one" + " of _$()+/-, "
                            + MAX_PREFIX + " characters at most; not " + prefix);
        }
        this.prefix = prefix;
    }

    /** The database that says of every view where it is. It ends in no number, so it is the database of no view. */
    public String meta() {
        return prefix + "views";
    }

    /** The document of {@link #meta} that is the view's current generation. */
    public static String pointer(String view) {
        return "pointer/" + Escape.FOR_IDS.of(view);
    }

    /** The document of {@link #meta} that says what is put aside of the view while it is built. */
    static String stage(String view) {
        return "stage/" + Escape.FOR_IDS.of(view);
    }

    /** The document of {@link #meta} that counts the attempts to commit to the view. */
    public static String attempts(String view) {
        return "attempts/" + Escape.FOR_IDS.of(view);
    }

    /** The database that the attempt builds the view in. */
    String database(String view, long attempt) {
        return begin(view) + attempt;
    }

    /** What the names of all the view's databases begin with; those of some other views may, too. */
    public String begin(String view) {
        return prefix + escape(view) + "-";
    }

    /** Which attempt built the view in the database of this name; empty when that is no database of the view. */
    OptionalLong attemptOf(String view, String database) {
        String begin = begin(view);
        String number = database.startsWith(begin) ? database.substring(begin.length()) : "";
        return number.matches("[1-9][0-9]{0,17}") ? OptionalLong.of(Long.parseLong(number)) : OptionalLong.empty();
    }

    private static String escape(String view) {
        String escaped = Escape.FOR_DATABASES.of(view);
        return escaped.length() <= MAX_ESCAPED
                ? escaped
                : Escape.FOR_DATABASES.begin(escaped, CUT) + "(" + DigestUtils.sha256Hex(view) + ")";
    }
}
