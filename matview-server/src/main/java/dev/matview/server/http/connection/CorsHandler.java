package dev.matview.server.http.connection;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Stands before all that answers, so that a page can read refusals as well. */
public final class CorsHandler extends Handler.Wrapper {

    private final Cors cors;

    public CorsHandler(Cors cors, Handler answering) {
        super(answering);
        this.cors = cors;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (cors.apply(request, response)) {
            response.setStatus(HttpStatus.NO_CONTENT_204);
            callback.succeeded();
            return true;
        }
        return super.handle(request, response, callback);
    }
}
