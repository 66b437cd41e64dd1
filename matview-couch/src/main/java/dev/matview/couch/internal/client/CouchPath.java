package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The path and query of a request, encoded: names may have slashes, pluses and dollars, which CouchDB takes as names only
 * when they are percent-encoded. Immutable.
 */
public final class CouchPath {

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private final @Nullable String database;
    private final String path;
    private final String query;

    private CouchPath(@Nullable String database, String path, String query) {
        this.database = database;
        this.path = path;
        this.query = query;
    }

    /** A path of the server itself, such as {@code server("_node", "_local", "_stats")}. */
    public static CouchPath server(String... segments) {
        return new CouchPath(null, "", "").slash(segments);
    }

    /** A path in a database: {@code database("userdb-a", "_all_docs")}, or of it when no segment follows. */
    public static CouchPath database(String database, String... segments) {
        return new CouchPath(database, "/" + encode(database), "").slash(segments);
    }

    private CouchPath slash(String... segments) {
        StringBuilder longer = new StringBuilder(path);
        for (String segment : segments) {
            longer.append('/').append(encode(segment));
        }
        return new CouchPath(database, longer.toString(), query);
    }

    public CouchPath with(String parameter, String value) {
        String more = (query.isEmpty() ? "?" : "&") + parameter + "=" + encode(value);
        return new CouchPath(database, path, query + more);
    }

    public CouchPath with(String parameter, long value) {
        return with(parameter, Long.toString(value));
    }

    /** Adds a parameter whose value is a JSON string, as keys of views are. */
    public CouchPath withJson(String parameter, String value) {
        return with(parameter, TextNode.valueOf(value).toString());
    }

    /** The database the path is in; null for a path of the server. */
    public @Nullable String database() {
        return database;
    }

    /** The first segment after the database, or of the server's path; empty where there is none. */
    String endpoint() {
        String rest =
                database == null ? path : path.substring(1 + encode(database).length());
        int end = rest.indexOf('/', 1);
        return rest.isEmpty() ? "" : rest.substring(1, end < 0 ? rest.length() : end);
    }

    /** The path without its query, which may hold keys of documents. */
    String withoutQuery() {
        return path.isEmpty() ? "/" : path;
    }

    /** The path and query as they go over the wire. */
    @Override
    public String toString() {
        return withoutQuery() + query;
    }

    static String encode(String name) {
        StringBuilder encoded = new StringBuilder(name.length() + 8);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0 && UNRESERVED.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit((b >> 4) & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
            }
        }
        return encoded.toString();
    }
}
