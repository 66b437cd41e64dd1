package dev.matview.core.internal.view;

import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;

/** The rows of a generation by fields that they show, wherever that is kept: as much as a plan is made by. Thread-safe. */
public interface FieldIndex {

    /** By what it orders. */
    SortOrder order();

    /** Whether rows show their ids. */
    boolean showsIds();

    /** How many rows have keys in the range; where many are more than can be counted, that many. */
    int count(KeyRange range, Budget budget);

    /** How many ranges of it may be looked at for one query. */
    int mostRanges();
}
