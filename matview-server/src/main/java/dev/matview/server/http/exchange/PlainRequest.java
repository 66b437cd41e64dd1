package dev.matview.server.http.exchange;

import java.io.IOException;
import javax.servlet.ServletInputStream;
import javax.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import spark.embeddedserver.jetty.HttpRequestWrapper;

/**
 * A request without what Spark adds: a copy of the whole body, and a header that stands for another method. Its body is what
 * has been received: see {@link Exchange#whenReceived}.
 */
public final class PlainRequest extends HttpRequestWrapper {

    private @Nullable ReceivedBody body;

    PlainRequest(HttpServletRequest request) {
        super(request);
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
