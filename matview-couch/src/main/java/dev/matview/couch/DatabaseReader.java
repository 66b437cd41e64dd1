package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads all documents of a database, as their winning revisions, with {@code _all_docs}: of CouchDB's requests the fastest
 * or as good as that at every size we measured (1 to 20,000 documents). One document is in memory at a time. A page that
 * breaks off is not read again: the reader goes on at the last document that arrived, and leaves that out by its id. To
 * skip the first row of a page instead would lose another document when this one is deleted by then. One database, one
 * thread.
 */
final class DatabaseReader {

    private static final int PAGE = 5_000;

    /** Whoever waits for documents most often wants few. */
    private static final int CALLERS_FIRST_PAGE = 200;

    private static final int GROWTH = 5;

    private final CouchCluster cluster;
    private final String database;
    private final boolean replicated;
    private final Consumer<ObjectNode> documents;
    private boolean forCaller;
    private @Nullable String last;
    private @Nullable String updateSeq;
    private int limit = PAGE;
    private int rows;

    DatabaseReader(CouchCluster cluster, String database, boolean replicated, Consumer<ObjectNode> documents) {
        this.cluster = cluster;
        this.database = database;
        this.replicated = replicated;
        this.documents = documents;
    }

    /** Somebody waits for the documents: they are asked for with what the cluster keeps for such requests. */
    DatabaseReader forCaller() {
        forCaller = true;
        limit = CALLERS_FIRST_PAGE;
        return this;
    }

    /** @throws CouchException when the database cannot be read to its end */
    void read() throws InterruptedException {
        int failures = 0;
        boolean more = true;
        while (more) {
            String before = last;
            try {
                page();
                failures = 0;
                more = rows >= limit;
                limit = Math.min(PAGE, limit * GROWTH);
            } catch (CouchException e) {
                boolean advanced = last != null && !last.equals(before);
                failures = advanced ? 1 : failures + 1;
                if (failures >= cluster.attempts() || !(e.isTransient() || advanced && e.isLate())) {
                    throw e;
                }
                cluster.sleep(cluster.backoff().delay(failures, e.retryAfter()));
            }
        }
    }

    /** What the replicas that were read first had; null where there are none. */
    @Nullable
    String updateSeq() {
        return updateSeq;
    }

    private void page() throws InterruptedException {
        CouchPath path = CouchPath.database(database, "_all_docs")
                .with("include_docs", "true")
                .with("limit", limit);
        if (last != null) {
            path = path.withJson("startkey", last);
        } else if (replicated) {
            path = path.with("update_seq", "true");
        }
        rows = 0;
        CouchRequest request = CouchRequest.get(path);
        cluster.once(forCaller ? request.forCaller() : request, body -> AllDocs.read(body, new Taking()));
    }

    private final class Taking implements AllDocs.Rows {

        @Override
        public void updateSeq(String seq) {
            updateSeq = seq;
        }

        @Override
        public void row(String id, @Nullable ObjectNode document) {
            if (document != null && !id.equals(last)) {
                documents.accept(document);
            }
            last = id;
            rows++;
        }
    }
}
