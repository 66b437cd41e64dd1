package dev.matview.core;

import java.util.List;

/**
 * What is kept so that queries cost little, at the moment. Immutable.
 *
 * @param selections queries with a further selector or sort of which what they found is kept for the next who asks
 * @param selectionBytes how much memory that takes, about; at most {@link Settings#searchBytes}
 * @param liveQueries subscriptions to feeds that are open
 * @param liveBytes how much memory what they have found takes, about
 * @param refills how often rows were looked for to keep a subscriber's page full, since the start
 * @param pinned generations that are served no more and kept for bookmarks
 * @param pinnedRows how much memory they take beside those that are served, in rows; at most {@link Settings#pinnedRows}
 * @param caches what is kept until something else needs the room
 */
public record ReadStatus(
        long selections,
        long selectionBytes,
        long liveQueries,
        long liveBytes,
        long refills,
        long pinned,
        long pinnedRows,
        List<Cache> caches) {

    /** Nothing is kept. */
    public static final ReadStatus NOTHING = new ReadStatus(0, 0, 0, 0, 0, 0, 0, List.of());

    public ReadStatus {
        caches = List.copyOf(caches);
    }

    /**
     * What one cache has, and how often it was of use since the start.
     *
     * @param name what it keeps, one of few: {@code pages}, {@code selections}, {@code rights} (how many rows of an earlier
     *     generation are hidden now), {@code rules} (rows that certificate rules let through), {@code referrals} (documents
     *     that others refer to)
     * @param entries how many there are, about
     * @param bytes how much memory they take, about
     * @param hits how often what was looked for was there
     * @param misses how often it was not
     * @param evictions how often something was given up for want of room, or because its time was over
     */
    public record Cache(String name, long entries, long bytes, long hits, long misses, long evictions) {}
}
