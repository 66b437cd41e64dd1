package dev.matview.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Caller;
import dev.matview.core.Query;
import dev.matview.core.mango.MangoLimits;
import org.jspecify.annotations.Nullable;

/**
 * What the first message of a WebSocket asks: {@code {"type": "auth", "token": "…", "query": {…}}}. The query is a body of
 * {@code /data/{collection}/query} with two keys more: {@code collection} on {@code /data/global}, and {@code delta}.
 */
final class SocketRequest {

    private static final String GLOBAL = "global";

    private final @Nullable String token;
    private final ObjectNode query;

    private SocketRequest(@Nullable String token, ObjectNode query) {
        this.token = token;
        this.query = query;
    }

    /** What is subscribed to. */
    record Subscribed(String collection, boolean global, boolean delta, Query query) {}

    /** @throws HttpError 400 when it is no such message */
    static SocketRequest parse(String message) {
        ObjectNode json = RequestBody.parse(message);
        if (!"auth".equals(json.path("type").textValue())) {
            throw badRequest("The first message must have the type auth.");
        }
        JsonNode token = json.path("token");
        JsonNode query = json.path("query");
        if (query.isMissingNode() || query.isNull()) {
            query = json.objectNode();
        }
        if (query instanceof ObjectNode object) {
            return new SocketRequest(token.textValue(), object);
        }
        throw badRequest("The query must be an object.");
    }

    /** As the client sent it; null when it sent none. */
    @Nullable
    String token() {
        return token;
    }

    /**
     * @param path the last part of the path: a collection, or {@code global}
     * @throws HttpError 400
     * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector, the fields or the sort
     */
    Subscribed subscribed(String path, Caller caller, MangoLimits limits) {
        ObjectNode body = query.deepCopy();
        JsonNode named = body.remove("collection");
        JsonNode delta = body.remove("delta");
        if (delta != null && !delta.isBoolean()) {
            throw badRequest("delta must be true or false.");
        }
        boolean global = path.equals(GLOBAL);
        if (global && (named == null || !named.isTextual())) {
            throw badRequest("The query must name its collection.");
        }
        QueryRequest asked = QueryRequest.of(body, global ? "true" : null, null, caller, limits);
        if (asked.query().bookmark() != null) {
            throw badRequest("A subscription starts at the current generation: it has no bookmark.");
        }
        return new Subscribed(
                global ? named.textValue() : path,
                asked.global(),
                delta != null && delta.booleanValue(),
                asked.query());
    }

    private static HttpError badRequest(String reason) {
        return HttpError.badRequest("bad_request", reason);
    }
}
