package dev.matview.couch.internal.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.WrongAnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Lists the names of databases, page by page. */
final class DatabaseListing {

    private static final int PAGE = 1_000;

    /** Sorts after every character of a name. */
    private static final String LAST = "\ufff0";

    private final CouchClient cluster;
    private final int pageSize;

    DatabaseListing(CouchClient cluster) {
        this(cluster, PAGE);
    }

    /** @param pageSize names on a page, at least 2 */
    DatabaseListing(CouchClient cluster, int pageSize) {
        this.cluster = cluster;
        this.pageSize = pageSize;
    }

    /** The names in the scope; one that the scope itself names may belong to no database. */
    Set<String> names(Scope scope) throws InterruptedException {
        Set<String> found = new TreeSet<>(scope.names());
        for (String prefix : scope.prefixes()) {
            list(prefix, found);
        }
        found.removeIf(name -> !scope.covers(name));
        return found;
    }

    private void list(String prefix, Set<String> found) throws InterruptedException {
        String start = prefix;
        while (true) {
            List<String> page = page(start, prefix + LAST);
            found.addAll(page);
            if (page.size() != pageSize || !isRange(page, start, prefix)) {
                // Fewer: the last page. More, or others than asked for: a server that knows no ranges gave all it has.
                return;
            }
            // The next page begins with this name again.
            start = page.get(page.size() - 1);
        }
    }

    private static boolean isRange(List<String> page, String start, String prefix) {
        return page.get(0).compareTo(start) >= 0 && page.get(page.size() - 1).startsWith(prefix);
    }

    private List<String> page(String start, String end) throws InterruptedException {
        CouchPath path = CouchPath.server("_all_dbs")
                .withJson("startkey", start)
                .withJson("endkey", end)
                .with("limit", pageSize);
        return cluster.exchange(CouchRequest.get(path).answeredWithNames(), DatabaseListing::strings);
    }

    private static List<String> strings(InputStream content) throws IOException {
        try (JsonParser body = CouchJson.MAPPER.createParser(content)) {
            WrongAnswerException.unless(
                    body.nextToken() == JsonToken.START_ARRAY, "an answer that is no list of names");
            List<String> names = new ArrayList<>();
            while (body.nextToken() == JsonToken.VALUE_STRING) {
                names.add(body.getText());
            }
            WrongAnswerException.unless(
                    body.currentToken() == JsonToken.END_ARRAY && body.nextToken() == null,
                    "a list of names that broke off, or goes on behind its end");
            return names;
        }
    }
}
