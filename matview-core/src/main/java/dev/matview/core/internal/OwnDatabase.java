package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator;
import dev.matview.core.Query;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.Row;
import dev.matview.core.Settings;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Selector;
import dev.matview.core.internal.Place.AtKey;
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
final class OwnDatabase {

    private static final String DESIGN_DOCUMENT = "_design/";

    /** How many documents are looked up at once that are after those to be passed over. */
    private static final int FETCHED = 25;

    private final Aggregator aggregator;
    private final Settings settings;
    private final Semaphore places;

    OwnDatabase(Aggregator aggregator, Settings settings) {
        this.aggregator = aggregator;
        this.settings = settings;
        this.places = new Semaphore(settings.ownReaders(), true);
    }

    /**
     * What was found.
     *
     * @param rows those that were asked for, in order; the first ones, where an answer cannot hold all
     * @param total how many the query selects; -1 where reading ended before that was known
     * @param passed those before them that were passed over, in order, as far as they {@linkplain OwnPlaces tell a place}
     */
    record Found(List<Row> rows, int total, List<Row> passed) {}

    /**
     * The rows after the place; none when there is no such database.
     *
     * @param place null for the start
     * @param skip how many to pass over there
     *
     * @throws QueryTooLargeException when there are too many, or what they are sorted by is too large
     * @throws AggregationException when the database cannot be read, or too many others are
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    Found read(
            String database,
            Selector selector,
            Query query,
            @Nullable AtKey place,
            int skip,
            int limit,
            Budget budget)
            throws InterruptedException {
        // Where only the beginning of a key is known, rows from there on are passed over by their number.
        long offset = place == null || place.isWhole() ? skip : (long) skip + place.passed();
        if (offset + limit > settings.ownRows()) {
            throw new QueryTooLargeException(
                    "too_many_rows",
                    "In your own database what is passed over and asked for must not be more than " + settings.ownRows()
                            + " documents together.");
        }
        if (limit == 0) {
            return new Found(List.of(), -1, List.of());
        }
        Reading reading = new Reading(database, selector, query, place, (int) offset, limit, budget);
        long patience = budget.waitLeft().toMillis();
        if (!budget.await(() -> places.tryAcquire(patience, TimeUnit.MILLISECONDS))) {
            throw new AggregationException(database + " was not read: too many other databases are being read");
        }
        try {
            return reading.found();
        } catch (AggregationException e) {
            throw new AggregationException(database + " could not be read: " + Visit.reason(e), e);
        } finally {
            places.release();
        }
    }

    /** One reading, of one query. */
    private final class Reading {
        private final String database;
        private final Selector selector;
        private final Query query;
        private final @Nullable AtKey place;
        private final int offset;
        private final int limit;
        private final Budget budget;
        private final boolean inOrder;
        private final FirstRows first;
        private final List<Row> passed = new ArrayList<>();
        private long passedBytes;
        private int total;
        private int afterPlace;
        private boolean whole;

        Reading(
                String database,
                Selector selector,
                Query query,
                @Nullable AtKey place,
                int offset,
                int limit,
                Budget budget) {
            this.database = database;
            this.selector = selector;
            this.query = query;
            this.place = place;
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
            if (!inOrder && offset > 0) {
                int from = Math.min(offset, rows.size());
                passed.addAll(rows.subList(0, from));
                rows = looked(rows.subList(from, rows.size()));
            }
            return new Found(rows, whole ? total : -1, passed);
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
                    if (document != null) {
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
            if (place != null && !OwnPlaces.isAfter(key, place)) {
                return true;
            }
            return inOrder ? takeNext(id, key, document) : keepBest(id, key, document);
        }

        private boolean takeNext(String id, byte[] key, ObjectNode document) {
            if (++afterPlace > offset) {
                first.append(new Row(database, id, key, shown(document), null));
            } else {
                pass(new Row(database, id, key, new byte[0], null));
            }
            whole = afterPlace < offset + limit && !first.isFull();
            return whole;
        }

        /** Of rows that come in order, only the last tells a place, with those before it whose long keys begin alike. */
        private void pass(Row row) {
            if (!passed.isEmpty() && !OwnPlaces.beginAlike(passed.get(0), row)) {
                passed.clear();
                passedBytes = 0;
            }
            passedBytes += row.sortKey().length;
            if (passedBytes > settings.answerBytes()) {
                throw new QueryTooLargeException(
                        "sort_too_large", "What is passed over has ids of too many bytes; ask for less, page by page.");
            }
            passed.add(row);
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
            budget.<@Nullable Void>await(() -> {
                read.run();
                return null;
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
