package dev.matview.testkit;

import java.security.SecureRandom;
import java.util.Random;

/**
 * What tests draw their random cases by. It is the same on each run, so that a red one can be repeated, unless
 * {@code -Dmatview.seed} says another: a number, or {@code random} for one that nobody chose, which the run prints.
 * Thread-safe.
 */
public final class Seed {

    private static final long USUAL = 20261122;
    private static final String ANY = "random";
    private static final long VALUE = said(System.getProperty("matview.seed", ""));

    private Seed() {}

    /** The seed of this JVM. */
    public static long value() {
        return VALUE;
    }

    /** Random numbers that begin as the seed says. */
    public static Random random() {
        return random(0);
    }

    /** Random numbers of one sequence among many: each number has its own. */
    public static Random random(long sequence) {
        return new Random(VALUE + sequence);
    }

    private static long said(String wanted) {
        long seed = choose(wanted);
        if (wanted.equals(ANY)) {
            System.out.println("matview: random cases by -Dmatview.seed=" + seed);
        }
        return seed;
    }

    /** @throws IllegalArgumentException when it is neither empty, nor a number, nor {@code random} */
    static long choose(String wanted) {
        if (wanted.isEmpty()) {
            return USUAL;
        }
        if (wanted.equals(ANY)) {
            return new SecureRandom().nextInt(Integer.MAX_VALUE);
        }
        try {
            return Long.parseLong(wanted);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("matview.seed is a number or \"random\", not " + wanted, e);
        }
    }
}
