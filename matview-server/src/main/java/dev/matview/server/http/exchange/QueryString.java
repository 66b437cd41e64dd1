package dev.matview.server.http.exchange;

import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

/**
 * The parameters after the question mark. They are not read through the servlet's {@code getParameter}: that reads the
 * body as well when a client calls it a form, as {@code curl -d} does.
 */
public final class QueryString {

    private final Map<String, String> parameters;

    private QueryString(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    /** @throws HttpError 400 when it is not well-formed */
    public static QueryString of(@Nullable String text) {
        Fields decoded = new Fields();
        if (text != null) {
            try {
                UrlEncoded.decodeUtf8To(text, decoded);
            } catch (IllegalArgumentException e) {
                throw HttpError.badRequest("bad_request", "The query string is not well-formed.");
            }
        }
        Map<String, String> parameters = new HashMap<>();
        decoded.forEach(field -> parameters.put(field.getName(), field.getValue()));
        return new QueryString(parameters);
    }

    /** The first value of the parameter; null when it is not there. */
    public @Nullable String get(String name) {
        return parameters.get(name);
    }
}
