package dev.matview.core;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A name pattern for user databases, such as {@code userdb-*}: a star stands for any run of characters, everything else
 * for itself. Immutable.
 */
public final class DatabasePattern {

    private final String glob;
    private final Pattern regex;

    private DatabasePattern(String glob) {
        this.glob = glob;
        this.regex = Pattern.compile(Pattern.quote(glob).replace("*", "\\E.*\\Q"), Pattern.DOTALL);
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

    public boolean matches(String database) {
        return regex.matcher(database).matches();
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
    public boolean equals(Object other) {
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
