package dev.matview.server.http;

import java.io.IOException;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.HandlerWrapper;

/** Stands before all that answers, so that a page can read refusals as well. */
final class CorsHandler extends HandlerWrapper {

    private final Cors cors;

    CorsHandler(Cors cors, Handler answering) {
        this.cors = cors;
        setHandler(answering);
    }

    @Override
    public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        if (cors.apply(request, response)) {
            baseRequest.setHandled(true);
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            response.flushBuffer();
        } else {
            super.handle(target, baseRequest, request, response);
        }
    }
}
