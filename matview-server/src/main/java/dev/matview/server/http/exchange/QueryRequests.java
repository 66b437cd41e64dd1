package dev.matview.server.http.exchange;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoLimits;
import java.nio.ByteBuffer;
import java.util.Set;
import javax.servlet.http.HttpServletRequest;

/**
 * Reads what requests to {@code /data/{collection}/query} ask. Clients ask the same again and again, of which the body is
 * parsed and its selector compiled once: what was asked lately is kept, whoever asked it, as far as it is short. Bounded by
 * weight; thread-safe.
 */
public final class QueryRequests {

    private static final int MAX_KEPT_BYTES = 4 * 1024;
    private static final long MAX_BYTES = 4L << 20;

    /** What a compiled selector takes for each byte of the body, about, and what an entry does beside. */
    private static final int COMPILED = 20;

    private static final int OVERHEAD = 500;

    private final RequestBody bodies;
    private final MangoLimits limits;
    private final Cache<Written, QueryRequest> known = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((Written written, QueryRequest request) ->
                    COMPILED * (written.body.remaining() + written.parameters.length()) + OVERHEAD)
            .executor(Runnable::run)
            .recordStats()
            .build();

    private record Written(ByteBuffer body, String parameters) {}

    public QueryRequests(RequestBody bodies, MangoLimits limits) {
        this.bodies = bodies;
        this.limits = limits;
    }

    /** What is kept. */
    public Cache<?, ?> cache() {
        return known;
    }

    /**
     * What the request asks, as that caller.
     *
     * @throws HttpError 400, 408, 413 or 415
     * @throws dev.matview.core.mango.MangoException when CouchDB would refuse the selector, the fields or the sort
     */
    public QueryRequest read(HttpServletRequest request, QueryString parameters, Caller caller) {
        return read(bodies.bytes(request), String.valueOf(request.getQueryString()), parameters, caller);
    }

    /** @param written the parameters as they are written */
    QueryRequest read(byte[] body, String written, QueryString parameters, Caller caller) {
        if (body.length + written.length() > MAX_KEPT_BYTES) {
            return parse(body, parameters, caller);
        }
        Written key = new Written(ByteBuffer.wrap(body), written);
        QueryRequest asked = known.getIfPresent(key);
        if (asked == null) {
            asked = parse(body, parameters, Caller.anonymous());
            // A bookmark is asked for once.
            if (asked.query().bookmark() == null) {
                known.put(key, asked);
            }
        }
        return new QueryRequest(
                asked.global(), asked.query().toBuilder().caller(caller).build());
    }

    private QueryRequest parse(byte[] body, QueryString parameters, Caller caller) {
        return QueryRequest.of(
                RequestBody.json(body), Set.of(), parameters.get("global"), parameters.get("expand"), caller, limits);
    }
}
