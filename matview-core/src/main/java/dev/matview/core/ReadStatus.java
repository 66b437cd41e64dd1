package dev.matview.core;

/**
 * What is kept so that queries cost little, at the moment. Immutable.
 *
 * @param selections queries with a further selector or sort of which what they found is kept for the next who asks
 * @param selectionBytes how much memory that takes, about; at most {@link Settings#searchBytes}
 * @param liveQueries subscriptions to feeds that are open
 * @param refills how often rows were looked for to keep a subscriber's page full, since the start
 */
public record ReadStatus(long selections, long selectionBytes, long liveQueries, long refills) {}
