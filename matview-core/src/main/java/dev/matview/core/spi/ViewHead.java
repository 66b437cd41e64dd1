package dev.matview.core.spi;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a committed generation of a view.
 *
 * @param generation counts the commits of the view, from 1
 * @param fingerprint of the feed definition the rows were made by
 * @param refreshedAt when the refresh that made it began, by its process's clock: at that time it matched its sources.
 *     The clocks of processes that share a view are taken to agree: they tell whether another's generation stands in for a
 *     refresh whose commit it overtook. Where they are a second apart, what changed in that second may come with the next
 * @param databases how many user databases the feed covered
 * @param behind how many of them could not be read and show an earlier slice, or none
 * @param documentsLeftOut how many documents of the others could not be read and have no row, see {@link LeftOut}
 * @param bytes how much memory the rows take, by their own sizes; 0 where that is not known
 * @param format of the rows and of how they are kept, see {@link #FORMAT}
 * @param checkpoint where the history of the sources stood when they were as the generation shows them, as the aggregator
 *     that read them says it, see {@link Aggregator.Sink#checkpoint}; null where that is not known
 */
public record ViewHead(
        long generation,
        String fingerprint,
        Instant refreshedAt,
        int databases,
        int behind,
        int documentsLeftOut,
        long bytes,
        int format,
        @Nullable String checkpoint) {

    /**
     * The format this version of matview writes. To be raised when views that earlier versions made must not be served by
     * this one, or theirs not by those: a view of an older format is built anew aside and swapped in; one of a newer format
     * is neither served nor written over nor dropped. So versions can be mixed while servers are upgraded one by one, and
     * the view is built anew once. What was stored before formats were counted has format 1.
     */
    public static final int FORMAT = 1;

    public ViewHead {
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(refreshedAt, "refreshedAt");
        if (generation < 1) {
            throw new IllegalArgumentException("generations count from 1, not " + generation);
        }
    }

    /** A generation out of which nothing is left, of this version's format and unknown size. */
    public ViewHead(long generation, String fingerprint, Instant refreshedAt, int databases, int behind) {
        this(generation, fingerprint, refreshedAt, databases, behind, 0, 0, FORMAT, null);
    }
}
