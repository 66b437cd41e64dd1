package dev.matview.server.http.connection;

import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each request when it has been answered, by a logger of its own that is off unless it is asked for: from where it came,
 * what it asked for, the status, the bytes and the time. No headers, bodies and query strings: tokens and users' names are in
 * them. Thread-safe.
 */
public final class AccessLog implements RequestLog {

    /** The logger that turns it on, at INFO. */
    public static final String LOGGER = "dev.matview.access";

    private static final Logger log = LoggerFactory.getLogger(LOGGER);
    private static final int MAX_PATH = 200;
    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x21-\\x7e]");

    /** Of the process, as the log is. */
    private static final LongAdder missing = new LongAdder();

    /** A line was left out, as whoever reads the log stalls. */
    public static void leftOut() {
        missing.increment();
    }

    /** How many lines were left out since the process began. */
    public static long missing() {
        return missing.sum();
    }

    /** Whether requests are logged. */
    public static boolean isOn() {
        return log.isInfoEnabled();
    }

    @Override
    public void log(Request request, Response response) {
        String client = Request.getRemoteAddr(request);
        String path = path(request);
        long bytes = Response.getContentBytesWritten(response);
        long millis = (System.nanoTime() - request.getBeginNanoTime()) / 1_000_000;
        log.atInfo()
                .addKeyValue("client", client)
                .addKeyValue("method", request.getMethod())
                .addKeyValue("path", path)
                .addKeyValue("status", response.getStatus())
                .addKeyValue("bytes", bytes)
                .addKeyValue("millis", millis)
                .log("{} {} {} {} {} B {} ms", client, request.getMethod(), path, response.getStatus(), bytes, millis);
    }

    /** As it was written, which cannot hold what breaks a line. */
    private static String path(Request request) {
        String path = request.getHttpURI().getPath();
        if (path == null) {
            return "-";
        }
        String plain = UNPRINTABLE.matcher(path).replaceAll("?");
        return plain.length() > MAX_PATH ? plain.substring(0, MAX_PATH) + "..." : plain;
    }
}
