package dev.matview.server.http.socket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.QueryRequest;
import dev.matview.server.http.exchange.RequestBody;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the first message of a WebSocket asks: {@code {"type": "auth", "token": "…", "query": {…}}}. The query is a body of
 * {@code /data/{collection}/query} with three keys more: {@code collection} on {@code /data/global}, {@code delta}, and
 * {@code since}.
 */
final class SocketRequest {

    private static final String GLOBAL = "global";

    private static final List<String> MESSAGE_KEYS = List.of("type", "token", "query");

    private static final Set<String> KEYS_BESIDE = Set.of("collection", "delta", "since");

    /** An entity tag of ours has half of it. */
    private static final int MAX_SINCE = 200;

    private final @Nullable String token;
    private final ObjectNode query;

    private SocketRequest(@Nullable String token, ObjectNode query) {
        this.token = token;
        this.query = query;
    }

    /**
     * What is subscribed to.
     *
     * @param delta whether the client takes what changed in place of the whole
     * @param since the entity tag of the answer that the client holds; null for none
     */
    record Subscribed(
            String collection,
            boolean global,
            boolean delta,
            @Nullable String since,
            Query query) {}

    /** @throws HttpError 400 when it is no such message */
    static SocketRequest parse(String message) {
        ObjectNode json = RequestBody.parse(message);
        QueryRequest.requireKnown(json, MESSAGE_KEYS);
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
        boolean global = path.equals(GLOBAL);
        JsonNode named = query.path("collection");
        if (global && !named.isTextual()) {
            throw badRequest("The query must name its collection.");
        }
        boolean delta = delta();
        String since = since(delta);
        QueryRequest asked = QueryRequest.of(query, KEYS_BESIDE, global ? "true" : null, null, caller, limits);
        if (asked.query().bookmark() != null) {
            throw badRequest("A subscription starts at the current generation: it has no bookmark.");
        }
        return new Subscribed(global ? named.textValue() : path, asked.global(), delta, since, asked.query());
    }

    private boolean delta() {
        JsonNode delta = query.get("delta");
        if (delta != null && !delta.isBoolean()) {
            throw badRequest("delta must be true or false.");
        }
        return delta != null && delta.booleanValue();
    }

    private @Nullable String since(boolean delta) {
        JsonNode since = query.get("since");
        if (since == null || since.isNull()) {
            return null;
        }
        if (!since.isTextual() || since.textValue().length() > MAX_SINCE) {
            throw badRequest("since must be the etag of the answer that the client holds.");
        }
        if (!delta) {
            throw badRequest("since is of use only with \"delta\": true.");
        }
        return since.textValue();
    }

    private static HttpError badRequest(String reason) {
        return HttpError.badRequest("bad_request", reason);
    }
}
