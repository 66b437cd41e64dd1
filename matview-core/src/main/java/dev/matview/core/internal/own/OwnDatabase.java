package dev.matview.core.internal.own;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.DatabaseUnavailableException;
import dev.matview.core.Query;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.Settings;
import dev.matview.core.event.Repeats;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.FirstRows;
import dev.matview.core.internal.read.Place.AtKey;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Selector;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Row;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a query selects of one user's database, document by document.
 *
 * <ol>
 *   <li>As many read at once as the settings say; who comes later waits for a place, as long as its budget lets it.
 *   <li>Where the documents come in the order that is asked for, reading ends with the last that is.
 *   <li>Otherwise all are read, and of those that match only the best are kept: {@link FirstRows}.
 * </ol>
 *
 * Thread-safe.
 */
public final class OwnDatabase {

    private static final String DESIGN_DOCUMENT = "_design/";

    /** How many documents are looked up at once that are after those to be passed over. */
    private static final int FETCHED = 25;

    private final Aggregator aggregator;
    private final Settings settings;
    private final Semaphore places;
    private final Repeats unanswered;

    public OwnDatabase(Aggregator aggregator, Settings settings, InstantSource clock) {
        this.unanswered = new Repeats(OwnDatabase.class, clock);
        this.aggregator = aggregator;
        this.settings = settings;
        this.places = new Semaphore(settings.ownReaders(), true);
    }

    /**
     * What was found.
     *
     * @param rows those that were asked for, in order; the first ones, where an answer cannot hold all
     * @param places where each of them is
     * @param passed the place of the last that was passed over; null when none was
     * @param total how many the query selects; -1 where reading ended before that was known
     */
    record Found(
            List<Row> rows, List<AtKey> places, @Nullable AtKey passed, int total) {}

    /**
     * The rows after the place, without the first ones; none when there is no such database.
     *
     * @param after null for the start
     * @param skip how many are passed over
     * @throws QueryTooLargeException when there are too many, or what they are sorted by is too large
     * @throws DatabaseUnavailableException when the database cannot be read, or too many others are
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    Found read(
            String database, Selector selector, Query query, @Nullable AtKey after, int skip, int limit, Budget budget)
            throws InterruptedException {
        long offset = (long) skip + OwnPlaces.passed(after);
        if (offset + limit > settings.ownRows()) {
            throw new QueryTooLargeException(
                    "too_many_rows",
                    "In your own database what is passed over and asked for must not be more than " + settings.ownRows()
                            + " documents together.");
        }
        if (limit == 0) {
            return new Found(List.of(), List.of(), null, -1);
        }
        Reading reading = new Reading(database, selector, query, after, (int) offset, limit, budget);
        long patience = budget.waitLeft().toMillis();
        if (!budget.await(() -> places.tryAcquire(patience, TimeUnit.MILLISECONDS))) {
            throw unavailable(
                    new AggregationException(database + " was not read: too many other databases are being read"));
        }
        try {
            return reading.found();
        } catch (AggregationException e) {
            throw unavailable(new AggregationException(database + " could not be read: " + Failures.reason(e), e));
        } finally {
            places.release();
        }
    }

    /** Whoever asks is told nothing of it, so the log is. */
    private DatabaseUnavailableException unavailable(AggregationException cause) {
        unanswered.happened("A user is not answered: {}", cause.getMessage());
        return new DatabaseUnavailableException(cause);
    }

    /** One reading, of one query. */
    private final class Reading {
        private final String database;
        private final Selector selector;
        private final Query query;
        private final @Nullable AtKey after;
        private final OwnPlaces places;
        private final int offset;
        private final int limit;
        private final Budget budget;
        private final boolean inOrder;
        private final FirstRows first;
        private final List<AtKey> found = new ArrayList<>();
        private @Nullable AtKey passed;
        private int total;
        /** How many of them are after the place. */
        private int later;

        private boolean whole;

        Reading(
                String database,
                Selector selector,
                Query query,
                @Nullable AtKey after,
                int offset,
                int limit,
                Budget budget) {
            this.database = database;
            this.selector = selector;
            this.query = query;
            this.after = after;
            this.places = new OwnPlaces(after);
            this.offset = offset;
            this.limit = limit;
            this.budget = budget;
            this.inOrder = query.sort().isNone() && aggregator.readsInOrder();
            this.first = new FirstRows(offset + limit, settings.answerBytes());
        }

        Found found() throws InterruptedException {
            whole = true;
            await(() -> aggregator.read(database, document -> working(() -> take(document))));
            List<Row> rows = first.inOrder();
            if (!inOrder) {
                for (int i = 0; i < rows.size(); i++) {
                    place(i, rows.get(i).sortKey());
                }
                rows = rows.subList(Math.min(offset, rows.size()), rows.size());
                rows = offset > 0 ? looked(rows) : rows;
            }
            return new Found(rows, found, passed, whole ? total : -1);
        }

        /** Notes where the row is that has so many before it after the place. */
        private void place(int number, byte[] key) {
            if (number < OwnPlaces.passed(after)) {
                return;
            }
            AtKey place = places.next(key);
            if (number < offset) {
                passed = place;
            } else {
                found.add(place);
            }
        }

        /** Rows of which only the keys were kept, with their documents as they are now. */
        private List<Row> looked(List<Row> keys) throws InterruptedException {
            List<Row> rows = new ArrayList<>();
            long bytes = 0;
            for (int from = 0; from < keys.size() && bytes < settings.answerBytes(); from += FETCHED) {
                List<Row> some = keys.subList(from, Math.min(keys.size(), from + FETCHED));
                Map<String, byte[]> documents = new HashMap<>();
                Set<String> ids = new LinkedHashSet<>();
                some.forEach(row -> ids.add(row.id()));
                await(() -> aggregator.fetch(
                        database,
                        ids,
                        document -> working(() -> {
                            if (selector.matches(document, budget)) {
                                documents.put(document.path("_id").asText(), shown(document));
                            }
                            return true;
                        })));
                for (Row key : some) {
                    byte[] document = documents.get(key.id());
                    if (document == null) {
                        // Gone since: its place goes with it.
                        found.remove(rows.size());
                    } else {
                        rows.add(new Row(database, key.id(), key.sortKey(), document, null));
                        bytes += document.length;
                    }
                }
            }
            return rows;
        }

        private boolean take(ObjectNode document) {
            String id = document.path("_id").asText();
            budget.spend(1);
            if (id.startsWith(DESIGN_DOCUMENT) || !selector.matches(document, budget)) {
                return true;
            }
            byte[] key = query.sort().key(document, budget);
            if (key == null) {
                return true;
            }
            total++;
            if (!OwnPlaces.isAfter(after, key)) {
                return true;
            }
            later++;
            return inOrder ? takeNext(id, key, document) : keepBest(id, key, document);
        }

        private boolean takeNext(String id, byte[] key, ObjectNode document) {
            place(later - 1, key);
            if (later > offset) {
                first.append(new Row(database, id, key, shown(document), null));
            }
            whole = later < offset + limit && !first.isFull();
            return whole;
        }

        private boolean keepBest(String id, byte[] key, ObjectNode document) {
            if (first.wants(key, budget)) {
                // What is to be passed over is never shown, and may be much.
                first.keep(new Row(database, id, key, offset > 0 ? new byte[0] : shown(document), null));
            }
            return true;
        }

        private byte[] shown(ObjectNode document) {
            byte[] json = Json.bytes(query.fields().apply(document, budget));
            budget.spend(json.length / Budget.TEXT);
            return json;
        }

        private void await(Read read) throws InterruptedException {
            budget.await(() -> {
                read.run();
                return true;
            });
        }

        private boolean working(Work work) {
            budget.begin();
            try {
                return work.run();
            } finally {
                budget.end();
            }
        }
    }

    private interface Read {
        void run() throws InterruptedException;
    }

    private interface Work {
        boolean run();
    }
}
