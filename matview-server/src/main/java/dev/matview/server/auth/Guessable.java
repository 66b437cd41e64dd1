package dev.matview.server.auth;

import java.util.BitSet;

/**
 * Finds secrets that are long and nevertheless guessed: a letter, a word or a row of digits, repeated. A secret that was
 * drawn by chance, as bytes, hexadecimal or base64, is never taken for one.
 */
public final class Guessable {

    /** Of 32 digits that were drawn by chance less than six are different once in ten million times, of letters never. */
    private static final int MIN_DIFFERENT = 6;

    /** Whoever repeats something that is as long as this repeats a secret. */
    private static final int LONG_ENOUGH = 32;

    private Guessable() {}

    /** @throws IllegalArgumentException when the secret is guessed; the message does not hold it */
    public static void refuse(byte[] secret) {
        int period = period(secret);
        if (period < LONG_ENOUGH && period <= secret.length / 2) {
            throw new IllegalArgumentException("repeats the same "
                    + (period == 1 ? "byte" : period + " bytes") + " and is guessed; make one by chance, such as"
                    + " openssl rand -base64 48");
        }
        int least = Math.min(MIN_DIFFERENT, secret.length / 4);
        if (different(secret, 0) < least || different(secret, 1) < least) {
            throw new IllegalArgumentException(
                    "has too few different characters, or counts them up, and is guessed; make"
                            + " one by chance, such as openssl rand -base64 48");
        }
    }

    /** The length of the shortest beginning that gives the secret when it is repeated (Knuth, Morris and Pratt). */
    private static int period(byte[] secret) {
        int[] border = new int[secret.length + 1];
        border[0] = -1;
        int matched = -1;
        for (int i = 0; i < secret.length; i++) {
            while (matched >= 0 && secret[matched] != secret[i]) {
                matched = border[matched];
            }
            matched++;
            border[i + 1] = matched;
        }
        return secret.length - border[secret.length];
    }

    /** How many different bytes there are ({@code order} 0), or different steps from one to the next (1). */
    private static int different(byte[] secret, int order) {
        BitSet seen = new BitSet(256);
        for (int i = order; i < secret.length; i++) {
            seen.set((secret[i] - order * secret[i - order]) & 0xff);
        }
        return seen.cardinality();
    }
}
