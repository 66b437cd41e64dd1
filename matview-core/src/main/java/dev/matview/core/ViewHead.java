package dev.matview.core;

import java.time.Instant;
import java.util.Objects;

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
 */
public record ViewHead(long generation, String fingerprint, Instant refreshedAt, int databases, int behind) {
    public ViewHead {
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(refreshedAt, "refreshedAt");
        if (generation < 1) {
            throw new IllegalArgumentException("generations count from 1, not " + generation);
        }
    }
}
