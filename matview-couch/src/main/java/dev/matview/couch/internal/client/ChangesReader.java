package dev.matview.couch.internal.client;

import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.event.CouchRequestListener;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the documents of a database that changed since some sequence, with {@code _changes}, one in memory at a time. It is
 * only of use where the database is the one that the sequence is of, and nothing was purged since; and it does not go on
 * where a reading of the whole database is as good or better:
 *
 * <ul>
 *   <li>More than half of the documents are still to come.
 *   <li>As many changed as there are documents. CouchDB takes a sequence of another database for the beginning, and then
 *       tells all documents that this one ever had: so one that was made again, within the second that tells such
 *       databases apart, is not taken for the one before.
 *   <li>The server does not take the sequence, or gives answers that are wrong.
 * </ul>
 *
 * A page that breaks off is not read again: the reader goes on after the last change that arrived. A document that comes
 * twice has changed meanwhile, and then the reader begins anew. One database, one thread.
 */
public final class ChangesReader {

    private static final Logger log = LoggerFactory.getLogger(ChangesReader.class);

    /** Most often that is all, and whoever reads all documents then has not read too many. */
    private static final int FIRST_PAGE = 1_000;

    private static final int PAGE = 5_000;
    private static final int GROWTH = 5;

    private final CouchClient cluster;
    private final String database;
    private final long documents;
    private final Documents taker;
    private final PageRetries retries;
    private final Set<String> ids = new HashSet<>();
    private int firstPage = FIRST_PAGE;
    private int requests;

    /** Takes the documents that changed. */
    public interface Documents extends DatabaseReader.Documents {
        /** There is no document of that id any more. */
        void deleted(String id);
    }

    /** @param documents how many the database has, about */
    public ChangesReader(CouchClient cluster, String database, long documents, Documents taker) {
        this.cluster = cluster;
        this.database = database;
        this.documents = documents;
        this.taker = taker;
        this.retries = new PageRetries(cluster, CouchRequestListener.Operation.CHANGES);
    }

    /** Asks for so many changes at first, not for a thousand. */
    ChangesReader firstPage(int changes) {
        firstPage = changes;
        return this;
    }

    /**
     * Reads what changed since the last of the sequences, and what else changed since the others: in a cluster those know
     * of changes to what the last one, which does not tell the files of shards apart, takes for its own.
     *
     * @return the sequence that was read up to; null when the database is better read whole
     * @throws CouchFailure when the database cannot be read
     */
    public @Nullable String read(List<String> sequences) throws InterruptedException {
        String until = null;
        try {
            for (int i = sequences.size() - 1; i >= 0; i--) {
                Pages pages = new Pages(sequences.get(i), until == null);
                if (!pages.read()) {
                    return null;
                }
                until = until == null ? pages.since : until;
            }
            return until;
        } catch (CouchFailure e) {
            if (!isOfChanges(e)) {
                throw e;
            }
            log.debug("The changes of {} cannot be read, reading it whole: {}", database, e.getMessage());
            return null;
        }
    }

    /** Whether other requests may do all the same; if the database is gone, say, they tell. */
    private static boolean isOfChanges(CouchFailure e) {
        boolean refused = e.isClientError() && e.status() != 401 && e.status() != 429;
        return refused || e.status() == 500 || e.isGarbled() || e.isUnreadable();
    }

    /** How many documents changed. */
    public int changes() {
        return ids.size();
    }

    /** How many requests it took so far. */
    public int requests() {
        return requests;
    }

    /** The changes since one sequence. */
    private final class Pages implements Changes.Taker {
        private final String begin;
        /** Or else what came before is what counts, and only others are told. */
        private final boolean first;

        private String since;
        private int limit = firstPage;
        private int rows;
        private long came;

        Pages(String begin, boolean first) {
            this.begin = begin;
            this.first = first;
            this.since = begin;
        }

        /** @return false when the database is better read whole */
        boolean read() throws InterruptedException {
            while (true) {
                String from = since;
                retries.begin();
                try {
                    Changes.Answer page = page();
                    retries.succeeded();
                    since = page.until();
                    if (isTooMuch(page.pending())) {
                        return false;
                    }
                    if (page.pending() == 0 || page.pending() < 0 && page.changes() < limit) {
                        return true;
                    }
                    limit = Math.min(PAGE, limit * GROWTH);
                } catch (CouchFailure e) {
                    if (e.isGarbled() && !first) {
                        // What of it was told cannot be taken back alone.
                        throw e;
                    }
                    retries.failed(e, !since.equals(from));
                    if (e.isGarbled()) {
                        beginAnew();
                    }
                }
            }
        }

        private boolean isTooMuch(long pending) {
            return pending > documents / 2 || came + Math.max(0, pending) >= documents;
        }

        private Changes.Answer page() throws InterruptedException {
            CouchPath path = CouchPath.database(database, "_changes")
                    .with("include_docs", "true")
                    .with("limit", limit)
                    .with("since", since);
            requests++;
            rows = 0;
            return cluster.part(CouchRequest.get(path).answeredAtLength(), body -> {
                Changes.Answer answer = Changes.read(body, this);
                WrongAnswerException.unless(
                        answer.changes() > 0 || answer.pending() <= 0, "an answer without the changes that are left");
                return answer;
            });
        }

        private void beginAnew() {
            since = begin;
            came = 0;
            ids.clear();
            taker.forget();
        }

        @Override
        public void arrived(int bytes) throws WrongAnswerException {
            retries.arrived(bytes);
            rows++;
            came++;
            WrongAnswerException.unless(rows <= limit, "an answer of more changes than were asked for");
        }

        @Override
        public void take(Changes.Change change) throws WrongAnswerException, InterruptedException {
            if (ids.add(change.id())) {
                tell(change);
            } else {
                WrongAnswerException.unless(!first, "an answer with a document that came before");
            }
            String seq = change.seq();
            if (seq != null) {
                since = seq;
            }
        }

        private void tell(Changes.Change change) throws WrongAnswerException, InterruptedException {
            Reason problem = change.problem();
            if (change.deleted()) {
                taker.deleted(change.id());
            } else if (problem != null) {
                taker.unreadable(change.id(), problem);
            } else {
                taker.document(
                        change.id(),
                        WrongAnswerException.present(
                                change.document(), "an answer with a change without its document"));
            }
        }
    }
}
