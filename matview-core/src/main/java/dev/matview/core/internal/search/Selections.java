package dev.matview.core.internal.search;

import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where what one query finds is kept from generation to generation. Thread-safe. */
interface Selections {

    /** How many rows are kept of what is found, at least; others may be let go. */
    int most();

    /**
     * The selection of the generation that is read.
     *
     * @param shown whether a row of it is shown to those who ask; null where others may be shown to them now without having
     *     changed, so that nothing can be carried on
     * @param anew makes one of which nothing is found yet
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    Selection<?> of(Served read, @Nullable Predicate<Row> shown, Supplier<Selection<?>> anew, Budget budget);
}
