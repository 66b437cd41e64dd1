package dev.matview.server.http.connection;

import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.Exchanges;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.PlainRequest;
import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.HttpServletResponseWrapper;
import org.eclipse.jetty.ee8.nested.AbstractHandler;
import org.eclipse.jetty.ee8.nested.ContextHandler;
import org.eclipse.jetty.ee8.nested.Request;
import org.eclipse.jetty.server.Handler;

/** Gives requests to Spark's routes, each as an {@link Exchange}, and says so where there is none. */
public final class SparkRoutes extends AbstractHandler {

    private final Filter routes;
    private final Exchanges exchanges;

    private SparkRoutes(Filter routes, Exchanges exchanges) {
        this.routes = routes;
        this.exchanges = exchanges;
    }

    /** The routes as a part of Jetty, which knows servlets only within a context. */
    public static Handler handler(Filter routes, Exchanges exchanges) {
        ContextHandler context = new ContextHandler("/");
        context.setHandler(new SparkRoutes(routes, exchanges));
        context.setErrorHandler(JsonErrors.ofRoutes());
        return context.getCoreContextHandler();
    }

    @Override
    public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response) {
        baseRequest.setHandled(true);
        Exchange exchange = exchanges.begin(baseRequest, response);
        exchange.run(() -> route(exchange));
    }

    private void route(Exchange exchange) throws IOException {
        PlainRequest request = exchange.request();
        request.routeBy(path(request));
        try {
            routes.doFilter(request, new Answered(exchange.response()), null);
        } catch (ServletException e) {
            throw new IllegalStateException("a route failed", e);
        }
        if (request.notConsumed()) {
            throw HttpError.notFound();
        }
    }

    private static String path(PlainRequest request) {
        try {
            return RoutePath.of(request.getRequestURI());
        } catch (IllegalArgumentException malformed) {
            throw HttpError.badRequest("bad_request", "The path is no percent-encoded UTF-8.");
        }
    }

    /** A response that Spark leaves alone: it is the exchange's to answer, now or later. */
    private static final class Answered extends HttpServletResponseWrapper {

        private Answered(HttpServletResponse response) {
            super(response);
        }

        @Override
        public boolean isCommitted() {
            return true;
        }
    }
}
