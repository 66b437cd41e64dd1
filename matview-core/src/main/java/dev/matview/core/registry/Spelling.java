package dev.matview.core.registry;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses which known key was meant by one that is none. Whoever refuses an unknown key says so with it. */
public final class Spelling {

    /** Nobody writes a key of this length by mistake, and the guess costs what lengths multiply to. */
    private static final int LONGEST = 40;

    private Spelling() {}

    /**
     * The known key that is nearest to the one given: a third of its letters may be wrong, and one in any case, but not
     * all; two may be missing at the end. The case of letters does not count. Of equally near ones, the first.
     */
    public static Optional<String> nearest(String key, Collection<String> known) {
        if (key.length() > LONGEST) {
            return Optional.empty();
        }
        String nearest = null;
        int least = Math.max(1, key.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(key, candidate);
            boolean isNear = distance < least || (nearest == null && distance <= 2 && begins(candidate, key));
            if (isNear && distance < candidate.length()) {
                nearest = candidate;
                least = distance;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** Whether it begins so, of which it is the larger part. */
    private static boolean begins(String candidate, String key) {
        return 2 * key.length() > candidate.length() && candidate.regionMatches(true, 0, key, 0, key.length());
    }

    /** How many letters to put in, take out, change, or swap with the next: "optimal string alignment". */
    private static int distance(String a, String b) {
        String from = a.toLowerCase(Locale.ROOT);
        String to = b.toLowerCase(Locale.ROOT);
        int[][] steps = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : least(steps, from, to, i, j);
            }
        }
        return steps[from.length()][to.length()];
    }

    private static int least(int[][] steps, String from, String to, int i, int j) {
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int least = Math.min(steps[i - 1][j - 1] + change, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(least, steps[i - 2][j - 2] + 1) : least;
    }
}
