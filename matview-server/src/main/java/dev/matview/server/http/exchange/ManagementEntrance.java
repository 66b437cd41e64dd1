package dev.matview.server.http.exchange;

import java.util.Set;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What comes in at the address for those who look after the server: it leads to what they need, and to no data. */
public final class ManagementEntrance extends Handler.Wrapper {

    private static final String SCRAPERS_NEED_NO_TOKEN = ManagementEntrance.class.getName();
    private static final Set<String> PATHS = Set.of("/", "/health", "/health/", "/metrics", "/metrics/", "/feeds");

    private final Connector entrance;
    private final boolean loopback;

    /** @param loopback whether only who is on this machine comes in here */
    public ManagementEntrance(Connector entrance, boolean loopback, Handler answering) {
        super(answering);
        this.entrance = entrance;
        this.loopback = loopback;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getConnectionMetaData().getConnector() != entrance) {
            return false;
        }
        String path = request.getHttpURI().getPath();
        if (!PATHS.contains(path) && !path.startsWith("/feeds/") && !path.startsWith("/page/")) {
            Responses.send(response, callback, HttpError.notFound());
            return true;
        }
        if (loopback) {
            request.setAttribute(SCRAPERS_NEED_NO_TOKEN, true);
        }
        return super.handle(request, response, callback);
    }

    /** Whether the request may read the metrics without a token. */
    static boolean isOpenToScrapers(Request request) {
        return request.getAttribute(SCRAPERS_NEED_NO_TOKEN) != null;
    }
}
