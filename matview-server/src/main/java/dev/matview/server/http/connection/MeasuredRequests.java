package dev.matview.server.http.connection;

import dev.matview.server.http.exchange.RequestMeters;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Stands before all that answers, so that also what is refused before there is a route is counted. */
public final class MeasuredRequests extends Handler.Wrapper {

    private final RequestMeters meters;

    public MeasuredRequests(RequestMeters meters, Handler answering) {
        super(answering);
        this.meters = meters;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        meters.begin(request, response);
        return super.handle(request, response, callback);
    }
}
