package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonSerializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request to CouchDB. Immutable.
 *
 * @param body JSON, a tree or what writes itself; null for none
 * @param repeatable whether sending it twice does no harm, so that it may be retried
 * @param share which of the cluster's budgets it counts for
 */
record CouchRequest(Method method, CouchPath path, @Nullable JsonSerializable body, boolean repeatable, Share share) {

    /** What a request counts for. */
    enum Share {
        /** The work of keeping views. */
        VIEWS,
        /** Somebody who waits for an answer: views are not kept waiting by it, nor it by them. */
        CALLERS,
        /** Nothing: it waits at the server for something to happen. */
        NONE
    }

    enum Method {
        GET,
        HEAD,
        POST,
        PUT,
        DELETE
    }

    CouchRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
    }

    static CouchRequest get(CouchPath path) {
        return new CouchRequest(Method.GET, path, null, true, Share.VIEWS);
    }

    static CouchRequest head(CouchPath path) {
        return new CouchRequest(Method.HEAD, path, null, true, Share.VIEWS);
    }

    /** A write, which is sent once; see {@link #repeated()}. */
    static CouchRequest post(CouchPath path, JsonSerializable body) {
        return new CouchRequest(Method.POST, path, body, false, Share.VIEWS);
    }

    /** A write, which is sent once; see {@link #repeated()}. */
    static CouchRequest put(CouchPath path, @Nullable JsonSerializable body) {
        return new CouchRequest(Method.PUT, path, body, false, Share.VIEWS);
    }

    /** A write, which is sent once; see {@link #repeated()}. */
    static CouchRequest delete(CouchPath path) {
        return new CouchRequest(Method.DELETE, path, null, false, Share.VIEWS);
    }

    /** The same, known to do no harm when sent twice: a query by POST, or a write that is its own check. */
    CouchRequest repeated() {
        return new CouchRequest(method, path, body, true, share);
    }

    /** The same, waiting at the server. Its answer must begin, or go on, within the socket timeout. */
    CouchRequest waitingForIt() {
        return new CouchRequest(method, path, body, repeatable, Share.NONE);
    }

    /** The same, on behalf of somebody who waits for the answer. */
    CouchRequest forCaller() {
        return new CouchRequest(method, path, body, repeatable, Share.CALLERS);
    }

    /** The method and the path: neither the query nor the body, which may hold what users wrote. */
    @Override
    public String toString() {
        return method + " " + path.withoutQuery();
    }
}
