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
     */
    record Found(List<Row> rows, int total) {}

    /**
     * The rows from the offset; none when there is no such database.
     *
     * @throws QueryTooLargeException when there are too many, or what they are sorted by is too large
     * @throws AggregationException when the database cannot be read, or too many others are
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    Found read(String database, Selector selector, Query query, int offset, int limit, Budget budget)
            throws InterruptedException {
        if ((long) offset + limit > settings.ownRows()) {
            throw new QueryTooLargeException(
                    "too_many_rows",
                    "In your own database what is passed over and asked for must not be more than " + settings.ownRows()
                            + " documents together.");
        }
        if (limit == 0) {
            return new Found(List.of(), -1);
        }
        Reading reading = new Reading(database, selector, query, offset, limit, budget);
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
        private final int offset;
        private final int limit;
        private final Budget budget;
        private final boolean inOrder;
        private final FirstRows first;
        private int total;
        private boolean whole;

        Reading(String database, Selector selector, Query query, int offset, int limit, Budget budget) {
            this.database = database;
            this.selector = selector;
            this.query = query;
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
                rows = looked(rows.subList(Math.min(offset, rows.size()), rows.size()));
            }
            return new Found(rows, whole ? total : -1);
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
            return inOrder ? takeNext(id, key, document) : keepBest(id, key, document);
        }

        private boolean takeNext(String id, byte[] key, ObjectNode document) {
            if (total > offset) {
                first.append(new Row(database, id, key, shown(document), null));
            }
            whole = total < offset + limit && !first.isFull();
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
