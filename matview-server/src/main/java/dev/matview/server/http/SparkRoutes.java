package dev.matview.server.http;

import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.ServletException;
import javax.servlet.ServletInputStream;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee8.nested.AbstractHandler;
import org.eclipse.jetty.ee8.nested.ContextHandler;
import org.eclipse.jetty.ee8.nested.Request;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import spark.embeddedserver.jetty.HttpRequestWrapper;
import spark.utils.urldecoding.UrlDecode;

/** Gives requests to Spark's routes, and says so where there is none. */
final class SparkRoutes extends AbstractHandler {

    private final Filter routes;

    private SparkRoutes(Filter routes) {
        this.routes = routes;
    }

    /** The routes as a part of Jetty, which knows servlets only within a context. */
    static Handler handler(Filter routes) {
        ContextHandler context = new ContextHandler("/");
        context.setHandler(new SparkRoutes(routes));
        context.setErrorHandler(JsonErrors.ofRoutes());
        return context.getCoreContextHandler();
    }

    @Override
    public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        baseRequest.setHandled(true);
        if (!isDecodable(request.getRequestURI())) {
            Answer.send(response, HttpError.badRequest("bad_request", "The path is no percent-encoded UTF-8."));
            return;
        }
        PlainRequest plain = new PlainRequest(request);
        routes.doFilter(plain, response, null);
        if (plain.notConsumed()) {
            Answer.send(response, HttpError.notFound());
        }
    }

    /** Whether Spark can take parameters from the path; where it cannot, it answers 500 in HTML. */
    private static boolean isDecodable(String path) {
        try {
            UrlDecode.path(path);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** A request without what Spark adds: a copy of the whole body, and a header that stands for another method. */
    private static final class PlainRequest extends HttpRequestWrapper {

        private PlainRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return getRequest().getInputStream();
        }

        @Override
        public @Nullable String getHeader(String name) {
            return name.equalsIgnoreCase("X-HTTP-Method-Override") ? null : super.getHeader(name);
        }
    }
}
