package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.JsonSerializable;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request to CouchDB. Immutable.
 *
 * @param body JSON, a tree or what writes itself; null for none
 * @param repeatable whether sending it twice does no harm, so that it may be retried
 * @param share which of the cluster's budgets it counts for
 * @param patience how long it waits at the server for something to happen
 * @param most how many bytes its answer may have
 */
public record CouchRequest(
        Method method,
        CouchPath path,
        @Nullable JsonSerializable body,
        boolean repeatable,
        Share share,
        Duration patience,
        long most) {

    /** Much more than any answer of its kind has. */
    private static final long ORDINARY = 16L << 20;

    /** A million names, from a server that gives all it has whatever is asked. */
    private static final long NAMES = 64L << 20;

    private static final long LONG = 1L << 40;

    /** What a request counts for. */
    public enum Share {
        /** The work of keeping views. */
        VIEWS,
        /** Somebody who waits for an answer: views are not kept waiting by it, nor it by them. */
        CALLERS,
        /** Nothing: it waits at the server for something to happen. */
        NONE
    }

    public enum Method {
        GET,
        POST,
        PUT,
        DELETE
    }

    public CouchRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
    }

    private CouchRequest(Method method, CouchPath path, @Nullable JsonSerializable body, boolean repeatable) {
        this(method, path, body, repeatable, Share.VIEWS, Duration.ZERO, ORDINARY);
    }

    public static CouchRequest get(CouchPath path) {
        return new CouchRequest(Method.GET, path, null, true);
    }

    /** A write, which is sent once; see {@link #repeated()}. */
    public static CouchRequest post(CouchPath path, JsonSerializable body) {
        return new CouchRequest(Method.POST, path, body, false);
    }

    /** A write, which is sent once; see {@link #repeated()}. */
    public static CouchRequest put(CouchPath path, @Nullable JsonSerializable body) {
        return new CouchRequest(Method.PUT, path, body, false);
    }

    /** A write, which is sent once; see {@link #repeated()}. */
    public static CouchRequest delete(CouchPath path) {
        return new CouchRequest(Method.DELETE, path, null, false);
    }

    /** The same, known to do no harm when sent twice: a query by POST, or a write that is its own check. */
    public CouchRequest repeated() {
        return new CouchRequest(method, path, body, true, share, patience, most);
    }

    /** The same, waiting at the server. Its answer must begin, or go on, within the socket timeout. */
    public CouchRequest waiting(Duration time) {
        return new CouchRequest(method, path, body, repeatable, Share.NONE, time, most);
    }

    /** The same, on behalf of somebody who waits for the answer. */
    CouchRequest forCaller() {
        return new CouchRequest(method, path, body, repeatable, Share.CALLERS, patience, most);
    }

    /** The same, with names of databases as its answer. */
    public CouchRequest answeredWithNames() {
        return new CouchRequest(method, path, body, repeatable, share, patience, NAMES);
    }

    /** The same, with a long answer, which is checked for itself while it is read. */
    public CouchRequest answeredAtLength() {
        return new CouchRequest(method, path, body, repeatable, share, patience, LONG);
    }

    /** The method and the path: neither the query nor the body, which may hold what users wrote. */
    @Override
    public String toString() {
        return method + " " + path.withoutQuery();
    }
}
