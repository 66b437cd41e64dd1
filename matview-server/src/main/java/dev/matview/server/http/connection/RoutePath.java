package dev.matview.server.http.connection;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.URIUtil;
import spark.Request;

/**
 * A request's path in the form that Spark finds routes by: decoded already. Spark's own decoding needs a class of Jetty 9, and
 * fails with an error without it. What it would take apart or decode again stands for itself, behind a character that no text
 * has.
 */
public final class RoutePath {

    /** A noncharacter of Unicode. */
    private static final char ESCAPE = '\ufdd0';

    /** Each stands behind {@link #ESCAPE} as its place here. */
    private static final String SPECIAL = ESCAPE + "/%;";

    private RoutePath() {}

    /**
     * That path.
     *
     * @param uri as the client wrote it
     * @throws IllegalArgumentException when it is no percent-encoded UTF-8
     */
    static String of(String uri) {
        if (uri.indexOf('%') < 0 && uri.indexOf(ESCAPE) < 0) {
            return uri;
        }
        List<String> segments = new ArrayList<>();
        for (String segment : uri.split("/", -1)) {
            // What was not encoded is as Spark would have it, save for what would be taken for our own.
            segments.add(
                    segment.indexOf('%') < 0
                            ? segment.replace(String.valueOf(ESCAPE), ESCAPE + "0")
                            : escape(URIUtil.decodePath(segment)));
        }
        return String.join("/", segments);
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            int special = SPECIAL.indexOf(text.charAt(i));
            if (special < 0) {
                escaped.append(text.charAt(i));
            } else {
                escaped.append(ESCAPE).append(special);
            }
        }
        return escaped.toString();
    }

    /** What the client wrote for a parameter of the route's template, decoded. */
    public static String parameter(Request request, String name) {
        String escaped = request.params(name);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char next = escaped.charAt(i);
            text.append(next == ESCAPE ? SPECIAL.charAt(escaped.charAt(++i) - '0') : next);
        }
        return text.toString();
    }
}
