package dev.matview.server.http.exchange;

import java.io.IOException;
import java.util.Objects;
import javax.servlet.ServletInputStream;
import javax.servlet.http.HttpServletRequest;
import org.eclipse.jetty.ee8.nested.Request;
import org.jspecify.annotations.Nullable;
import spark.embeddedserver.jetty.HttpRequestWrapper;

/**
 * A request without what Spark adds: a copy of the whole body, and a header that stands for another method. Its body is what
 * has been received: see {@link Exchange#whenReceived}.
 */
public final class PlainRequest extends HttpRequestWrapper {

    private @Nullable ReceivedBody body;
    private @Nullable String routePath;

    PlainRequest(HttpServletRequest request) {
        super(request);
    }

    /** It has come to the route with this template. */
    void at(String template) {
        RequestMeters.at(
                Objects.requireNonNull(Request.getBaseRequest(this), "Jetty's").getCoreRequest(), template);
    }

    /** Has Spark find the route by that path. */
    public void routeBy(String path) {
        routePath = path;
    }

    /** As the client wrote it, or by which Spark is to find the route. */
    @Override
    public String getRequestURI() {
        return routePath == null ? super.getRequestURI() : routePath;
    }

    void receive(@Nullable ReceivedBody received) {
        body = received;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (body == null) {
            throw new IOException("the body was not waited for");
        }
        return body;
    }

    @Override
    public @Nullable String getHeader(String name) {
        return name.equalsIgnoreCase("X-HTTP-Method-Override") ? null : super.getHeader(name);
    }
}
