package dev.matview.server.http.connection;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may read answers. Origins that are listed may send credentials; {@code *} lets every page
 * read what its own token gives it, and then no credentials are allowed: browsers refuse the two together, and so would
 * we. Immutable and thread-safe.
 */
public final class Cors {

    /** What Chromium keeps a preflight's answer for at most. */
    private static final String MAX_AGE_SECONDS = "7200";

    private static final Cors NONE = new Cors(Set.of(), false);

    private final Set<String> origins;
    private final boolean any;

    private Cors(Set<String> origins, boolean any) {
        this.origins = origins;
        this.any = any;
    }

    /** No page of another origin. */
    public static Cors none() {
        return NONE;
    }

    /**
     * @param list origins such as {@code https://app.example.org}, comma separated; or {@code *}
     * @throws IllegalArgumentException when one is no origin, or {@code *} stands beside others
     */
    public static Cors of(String list) {
        List<String> entries = Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
        if (entries.contains("*")) {
            if (entries.size() > 1) {
                throw new IllegalArgumentException("* lets every page in: give it alone, or list origins");
            }
            return new Cors(Set.of(), true);
        }
        List<String> origins = new ArrayList<>();
        entries.forEach(entry -> origins.add(origin(entry)));
        return new Cors(Set.copyOf(origins), false);
    }

    private static String origin(String entry) {
        try {
            URI uri = new URI(entry);
            boolean plain = uri.getScheme() != null
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
            if (plain) {
                // As browsers send it: lower case, no slash at the end.
                String text = entry.toLowerCase(Locale.ROOT);
                return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(refusal(entry), e);
        }
        throw new IllegalArgumentException(refusal(entry));
    }

    private static String refusal(String entry) {
        return "\"" + entry + "\" is no origin: a scheme, a host and perhaps a port, such as https://app.example.org";
    }

    /**
     * Whether a WebSocket may be opened: browsers open them to any server, and say for which page. What is no browser
     * names no origin; the page at {@code /} names this server's own.
     *
     * @param host the {@code Host} that is asked for
     */
    public boolean admits(@Nullable String origin, @Nullable String host) {
        return origin == null || allows(origin) || isOwn(origin, host);
    }

    /** Whether it is the origin of what has this {@code Host}. */
    static boolean isOwn(String origin, @Nullable String host) {
        return host != null
                && (origin.equalsIgnoreCase("http://" + without(host, ":80"))
                        || origin.equalsIgnoreCase("https://" + without(host, ":443")));
    }

    /** Browsers leave out the usual port. */
    private static String without(String authority, String port) {
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }

    /** Whether pages of the origin may ask and read. */
    boolean allows(String origin) {
        return any || origins.contains(origin);
    }

    /** Whether pages of every origin may. */
    boolean allowsAll() {
        return any;
    }

    /**
     * Says in the answer's headers what the page may do.
     *
     * @return whether the request is a preflight that this answers
     */
    boolean apply(Request request, Response response) {
        if (!any && origins.isEmpty()) {
            return false;
        }
        HttpFields.Mutable answer = response.getHeaders();
        if (!any) {
            answer.add("Vary", "Origin");
        }
        String origin = request.getHeaders().get("Origin");
        if (origin == null || !allows(origin)) {
            return false;
        }
        answer.put("Access-Control-Allow-Origin", any ? "*" : origin);
        if (!any) {
            answer.put("Access-Control-Allow-Credentials", "true");
        }
        boolean preflight = request.getMethod().equals("OPTIONS")
                && request.getHeaders().get("Access-Control-Request-Method") != null;
        if (preflight) {
            answer.put("Access-Control-Allow-Methods", "GET, HEAD, POST");
            answer.put("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding, If-None-Match");
            answer.put("Access-Control-Max-Age", MAX_AGE_SECONDS);
        } else {
            answer.put("Access-Control-Expose-Headers", "ETag, Retry-After, WWW-Authenticate");
        }
        return preflight;
    }
}
