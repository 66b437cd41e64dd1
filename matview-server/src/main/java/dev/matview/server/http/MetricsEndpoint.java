package dev.matview.server.http;

import dev.matview.server.auth.BearerToken;
import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /metrics}: numbers in the text format of Prometheus, version 0.0.4, for administrators, for who has the token
 * for it, and for everybody who comes in by an entrance that is on this machine alone.
 */
final class MetricsEndpoint {

    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final ServerMeters meters;
    private final Callers callers;
    private final @Nullable MetricsToken token;

    MetricsEndpoint(ServerMeters meters, Callers callers, @Nullable MetricsToken token) {
        this.meters = meters;
        this.callers = callers;
        this.token = token;
    }

    void answer(Exchange exchange) throws IOException {
        if (exchange.isOpenToScrapers() || token != null && token.isIn(bearer(exchange))) {
            scrape(exchange);
        } else {
            callers.admitAdministrator(exchange, identity -> scrape(exchange));
        }
    }

    private static @Nullable String bearer(Exchange exchange) {
        try {
            return BearerToken.of(exchange.request().getHeader("Authorization"));
        } catch (UnauthorizedException other) {
            // Who looks at administrators says what is wrong with it.
            return null;
        }
    }

    private void scrape(Exchange exchange) {
        byte[] text = meters.scrape(CONTENT_TYPE).getBytes(StandardCharsets.UTF_8);
        exchange.send(HttpServletResponse.SC_OK, CONTENT_TYPE, List.of(text));
    }
}
