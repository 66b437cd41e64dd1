package dev.matview.server.http;

import dev.matview.server.http.exchange.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /}: a page that shows the feeds. The page itself is the same for everybody and holds nothing: it asks for a
 * token where one is needed, and reads {@code /feeds} with it.
 */
final class StatusPage {

    private static final String PAGE = "status.html";

    private final byte[] html;

    StatusPage() {
        try (InputStream in = StatusPage.class.getResourceAsStream(PAGE)) {
            if (in == null) {
                throw new IllegalStateException(PAGE + " is missing from the program");
            }
            html = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void answer(Exchange exchange) {
        HttpServletResponse response = exchange.response();
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
                        + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        response.setHeader("Referrer-Policy", "no-referrer");
        exchange.send(HttpServletResponse.SC_OK, "text/html;charset=utf-8", html);
    }
}
