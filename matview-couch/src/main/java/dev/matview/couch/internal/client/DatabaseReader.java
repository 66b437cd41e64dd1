package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.event.CouchRequestListener;
import org.jspecify.annotations.Nullable;

/**
 * Reads all documents of a database, as their winning revisions, with {@code _all_docs}: of CouchDB's requests the fastest
 * or as good as that at every size we measured (1 to 20,000 documents). One document is in memory at a time. A page that
 * breaks off is not read again: the reader goes on at the last document that arrived, and leaves that out by its id. To
 * skip the first row of a page instead would lose another document when this one is deleted by then. After an answer that
 * is wrong it begins anew. One database, one thread.
 */
public final class DatabaseReader {

    private static final int PAGE = 5_000;

    /** Longer than this, an id goes into the body: what CouchDB takes as a URL is about 8,000 characters. */
    private static final int LONG_START = 1_000;
    /** Whoever waits for documents most often wants few. */
    private static final int CALLERS_FIRST_PAGE = 200;

    private static final int GROWTH = 5;

    private final CouchClient cluster;
    private final String database;
    private final Documents documents;
    private final Taking taking = new Taking();
    private final PageRetries retries;
    private boolean forCaller;
    private @Nullable String last;
    private @Nullable String updateSeq;
    private int limit = PAGE;
    private int rows;
    private int requests;
    private long came;

    /** Takes the documents of the database. */
    public interface Documents extends AllDocs.Documents {
        /** What came so far is not to be believed: all of it comes again. */
        void forget();
    }

    public DatabaseReader(CouchClient cluster, String database, Documents documents) {
        this.cluster = cluster;
        this.database = database;
        this.documents = documents;
        this.retries = new PageRetries(cluster, CouchRequestListener.Operation.ALL_DOCS);
    }

    /** Somebody waits for the documents: they are asked for with what the cluster keeps for such requests. */
    public DatabaseReader forCaller() {
        forCaller = true;
        limit = CALLERS_FIRST_PAGE;
        return this;
    }

    /** @throws CouchFailure when the database cannot be read to its end */
    public void read() throws InterruptedException {
        boolean more = true;
        while (more) {
            String before = last;
            retries.begin();
            try {
                page();
                retries.succeeded();
                more = rows >= limit;
                limit = Math.min(PAGE, limit * GROWTH);
            } catch (CouchFailure e) {
                retries.failed(e, last != null && !last.equals(before));
                if (e.isGarbled()) {
                    documents.forget();
                    last = null;
                    updateSeq = null;
                    came = 0;
                }
            }
        }
    }

    /** What the replicas that were read first had; null before. */
    public @Nullable String updateSeq() {
        return updateSeq;
    }

    /** How many requests it took so far. */
    public int requests() {
        return requests;
    }

    private void page() throws InterruptedException {
        String from = last;
        CouchPath path = CouchPath.database(database, "_all_docs")
                .with("include_docs", "true")
                .with("update_seq", "true")
                .with("limit", limit);
        boolean isLong = from != null && from.length() > LONG_START;
        CouchRequest request = isLong
                ? CouchRequest.post(path, CouchJson.object().put("startkey", from))
                        .repeated()
                : CouchRequest.get(from == null ? path : path.withJson("startkey", from));
        taking.from = from;
        requests++;
        AllDocs.Asked asked = new AllDocs.Asked(from, limit, came);
        CouchRequest shared = forCaller ? request.forCaller() : request;
        AllDocs.Page page = cluster.part(shared.answeredAtLength(), body -> AllDocs.range(body, asked, taking));
        rows = page.rows();
        if (updateSeq == null) {
            updateSeq = page.updateSeq();
        }
    }

    private final class Taking implements AllDocs.Documents {
        private @Nullable String from;

        @Override
        public void arrived(int bytes) {
            retries.arrived(bytes);
            came++;
        }

        @Override
        public void document(String id, ObjectNode document) throws InterruptedException {
            if (!id.equals(from)) {
                documents.document(id, document);
            }
            last = id;
        }

        @Override
        public void unreadable(String id, Reason reason) {
            if (!id.equals(from)) {
                documents.unreadable(id, reason);
            }
            last = id;
        }
    }
}
