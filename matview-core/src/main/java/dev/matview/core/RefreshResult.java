package dev.matview.core;

import java.util.List;

/**
 * How a refresh ended.
 *
 * @param collection the feed
 * @param generation the generation now served
 * @param changed whether the refresh made that generation; false when nothing had moved, or a refresh of another node that began
 *     no earlier was faster
 * @param databases how many user databases the feed covers
 * @param moved how many of them were read because they had moved
 * @param rows how many rows the view has, the feed's limit applied
 * @param rowChanges how many rows this refresh changed
 * @param behind the databases that could not be read, by their names; at most {@value #MAX_BEHIND} of them
 * @param behindCount how many there are in all
 * @param documentsLeftOut how many documents cannot be read and so are not in the view, see {@link FeedStatus#leftOut}
 */
public record RefreshResult(
        String collection,
        long generation,
        boolean changed,
        int databases,
        int moved,
        int rows,
        RowChanges rowChanges,
        List<FeedStatus.Behind> behind,
        int behindCount,
        int documentsLeftOut) {

    /** How many of the databases that are behind are named. */
    public static final int MAX_BEHIND = 100;

    public RefreshResult {
        behind = List.copyOf(behind);
    }

    /** How a refresh ended that did not fail. */
    public enum Outcome {
        /** It made a new generation. */
        CHANGED,
        /** Nothing had moved, of what could be read. */
        UNCHANGED,
        /** None of the databases could be read: what was served before is served on, and all of them are behind. */
        UNREAD
    }

    /** How it ended. */
    public Outcome outcome() {
        if (changed) {
            return Outcome.CHANGED;
        }
        return behindCount > 0 && behindCount >= databases ? Outcome.UNREAD : Outcome.UNCHANGED;
    }

    /**
     * How many rows a refresh changed, whatever the feed's limit hides. Where a view is built for the first time, or anew by
     * another definition, all of its rows are added, and all that it had removed.
     */
    public record RowChanges(int added, int changed, int removed) {

        public static final RowChanges NONE = new RowChanges(0, 0, 0);
    }
}
