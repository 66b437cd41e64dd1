package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Caller;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.BearerToken;
import dev.matview.server.auth.UnauthorizedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** {@code POST /data/{collection}/query}: a page of a feed. */
final class QueryEndpoint {

    private static final byte[] DOCS = "{\"docs\":".getBytes(StandardCharsets.UTF_8);

    private final GlobalFeeds feeds;
    private final Authenticator authenticator;
    private final MangoLimits limits;
    private final RequestBody body;

    QueryEndpoint(GlobalFeeds feeds, Authenticator authenticator, MangoLimits limits, RequestBody body) {
        this.feeds = feeds;
        this.authenticator = authenticator;
        this.limits = limits;
        this.body = body;
    }

    void answer(String collection, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Caller caller = caller(request);
        QueryString parameters = QueryString.of(request.getQueryString());
        QueryRequest asked =
                QueryRequest.of(body.read(request), parameters.get("global"), parameters.get("expand"), caller, limits);
        if (!asked.global()) {
            throw refuseOwnDatabase();
        }
        Page page = feeds.query(collection, asked.query());
        String tag = EntityTag.of(page, asked.query());
        response.setHeader("ETag", tag);
        // Kept by the asking client alone, and asked for again each time: a new generation may be there at any moment.
        response.setHeader("Cache-Control", "private, no-cache");
        if (EntityTag.matches(request.getHeader("If-None-Match"), tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            response.flushBuffer();
        } else {
            Answer.send(response, HttpServletResponse.SC_OK, DOCS, page.json(), rest(page));
        }
    }

    private Caller caller(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        try {
            return authenticator.authenticate(authenticator.identifiesCallers() ? BearerToken.of(authorization) : null);
        } catch (UnauthorizedException e) {
            String challenge = authorization == null ? "Bearer" : "Bearer error=\"invalid_token\"";
            throw HttpError.unauthorized(e.reason(), challenge);
        }
    }

    private HttpError refuseOwnDatabase() {
        if (!authenticator.identifiesCallers()) {
            return HttpError.of(
                    403,
                    "forbidden",
                    "Without global=true a query asks for the caller's own database, and this server does not tell"
                            + " callers apart. Add ?global=true for the global feed.");
        }
        return HttpError.of(
                501,
                "not_implemented",
                "Queries of the caller's own database are not there yet. Add ?global=true for the global feed.");
    }

    /** What follows the documents: the bookmark, and the state of the view. */
    private static byte[] rest(Page page) {
        Page.View view = page.view();
        ObjectNode rest = Answer.object().put("bookmark", page.bookmark());
        rest.putObject("view")
                .put("generation", view.generation())
                .put(
                        "refreshedAt",
                        view.refreshedAt().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("rows", view.rows())
                .put("databases", view.databases())
                .put("behind", view.behind());
        byte[] json = Answer.bytes(rest);
        json[0] = ',';
        return json;
    }
}
