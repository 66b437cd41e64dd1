package dev.matview.server.http.page;

import dev.matview.server.http.exchange.Encodings;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.push.EntityTag;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /} and the files that the page there is made of. They are the same for everybody and hold nothing: the page asks
 * for a token where one is needed, and reads {@code /feeds} with it. Thread-safe.
 */
public final class PageEndpoint {

    /** Nothing but what is served here. No text can come to be run: the browser refuses to make markup of strings. */
    private static final String POLICY = "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self';"
            + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    private final PageFiles files = PageFiles.load();

    /** The page. A browser asks each time whether it is still the same. */
    public void index(Exchange exchange) {
        HttpServletResponse response = exchange.response();
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-cache");
        send(exchange, files.index());
    }

    /**
     * A file of it. The version is in its address: a browser need not ask again.
     *
     * @throws HttpError 404, also for another version than this program's
     */
    public void file(@Nullable String version, @Nullable String name, Exchange exchange) {
        PageFile file = files.get(version, name);
        if (file == null) {
            throw HttpError.notFound();
        }
        HttpServletResponse response = exchange.response();
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
        send(exchange, file);
    }

    private static void send(Exchange exchange, PageFile file) {
        HttpServletResponse response = exchange.response();
        response.setHeader("ETag", file.entityTag());
        response.addHeader("Vary", "Accept-Encoding");
        if (EntityTag.matches(exchange.request().getHeader("If-None-Match"), file.entityTag())) {
            exchange.send(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        boolean gzip = Encodings.takesGzip(exchange.request().getHeader("Accept-Encoding"));
        if (gzip) {
            response.setHeader("Content-Encoding", "gzip");
        }
        exchange.send(HttpServletResponse.SC_OK, file.contentType(), file.bytes(gzip));
    }
}
