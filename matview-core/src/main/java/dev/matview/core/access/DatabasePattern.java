package dev.matview.core.access;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A name pattern for user databases, such as {@code userdb-*}: a star stands for any run of characters, everything else
 * for itself. Immutable.
 */
public final class DatabasePattern {

    private final String glob;

    private DatabasePattern(String glob) {
        this.glob = glob;
    }

    /**
     * @throws IllegalArgumentException when the pattern is empty, or has two stars in a row or more than 8 of them
     */
    public static DatabasePattern of(String glob) {
        Objects.requireNonNull(glob, "glob");
        long stars = glob.chars().filter(c -> c == '*').count();
        if (glob.isBlank() || glob.contains("**") || stars > 8) {
            throw new IllegalArgumentException(
                    "a database pattern is a name with at most 8 separate stars, such as userdb-*, not \"" + glob
                            + "\"");
        }
        return new DatabasePattern(glob);
    }

    /**
     * Whether the pattern stands for the name. Users choose names, so this never takes more steps than the two lengths
     * multiplied: when the text after a star does not fit, only the last star passed needs to stand for more.
     */
    public boolean matches(String database) {
        int name = 0;
        int pattern = 0;
        int star = -1;
        int starEnd = 0;
        while (name < database.length()) {
            if (pattern < glob.length() && glob.charAt(pattern) == '*') {
                star = pattern++;
                starEnd = name;
            } else if (pattern < glob.length() && glob.charAt(pattern) == database.charAt(name)) {
                pattern++;
                name++;
            } else if (star >= 0) {
                pattern = star + 1;
                name = ++starEnd;
            } else {
                return false;
            }
        }
        return pattern == glob.length() || (pattern == glob.length() - 1 && glob.charAt(pattern) == '*');
    }

    /** The literal text before the first star: every database that matches starts with it. May be empty. */
    public String prefix() {
        int star = glob.indexOf('*');
        return star < 0 ? glob : glob.substring(0, star);
    }

    /** Whether the pattern has no star and so names one database. */
    public boolean isExact() {
        return glob.indexOf('*') < 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DatabasePattern pattern && pattern.glob.equals(glob);
    }

    @Override
    public int hashCode() {
        return glob.hashCode();
    }

    /** The pattern as it was given. */
    @Override
    public String toString() {
        return glob;
    }
}
