package dev.matview.server.http.connection;

import dev.matview.server.http.exchange.AddressLiteral;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.Responses;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * Stands before what needs no authentication because it is on this machine alone. A browser is on this machine too, with pages
 * from everywhere: a page whose name was made to point here (DNS rebinding) is known by the {@code Host} it asks for, another
 * one that asks across by what browsers say of it. What is no browser says none of this, and is let through.
 */
public final class LoopbackOnly extends Handler.Wrapper {

    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final Cors cors;
    private final String host;

    /** What a request has asked for that is of this machine: nearly all of them ask for one and the same. */
    private volatile @Nullable String lastAsked;

    /**
     * @param cors whose origins are not foreign
     * @param host the name or address that is bound: it may be asked for as well
     */
    public LoopbackOnly(Cors cors, String host, Handler answering) {
        super(answering);
        this.cors = cors;
        this.host = host;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        HttpError refusal = refusal(request);
        if (refusal != null) {
            Responses.send(response, callback, refusal);
            return true;
        }
        return super.handle(request, response, callback);
    }

    private @Nullable HttpError refusal(Request request) {
        String asked = request.getHeaders().get(HttpHeader.HOST);
        String target = request.getHttpURI().getHost();
        if (asked != null && !isAskedHere(asked) || target != null && !isOfThisMachine(target)) {
            return HttpError.of(
                    403,
                    "forbidden",
                    "Without authentication this server answers to names of this machine alone, such as localhost.");
        }
        return isForeign(request, asked)
                ? HttpError.of(
                        403,
                        "forbidden",
                        "Without authentication this server answers no pages of other origins, unless --cors-origin"
                                + " names them.")
                : null;
    }

    private boolean isAskedHere(String authority) {
        if (authority.equals(lastAsked)) {
            return true;
        }
        boolean here = isOfThisMachine(hostOf(authority));
        if (here) {
            lastAsked = authority;
        }
        return here;
    }

    private static String hostOf(String authority) {
        try {
            return String.valueOf(new HostPort(authority).getHost());
        } catch (IllegalArgumentException malformed) {
            return authority;
        }
    }

    private boolean isOfThisMachine(String name) {
        String plain = name.toLowerCase(Locale.ROOT);
        if (plain.startsWith("[") && plain.endsWith("]")) {
            plain = plain.substring(1, plain.length() - 1);
        }
        return plain.equals("localhost")
                || plain.endsWith(".localhost")
                || plain.equalsIgnoreCase(host)
                || AddressLiteral.of(plain)
                        .filter(InetAddress::isLoopbackAddress)
                        .isPresent();
    }

    /** Whether a browser says that a page of another origin asks. One on another port of this machine is one, too. */
    private boolean isForeign(Request request, @Nullable String asked) {
        boolean says = request.getHeaders().contains(HttpHeader.ORIGIN)
                || request.getHeaders().contains("Sec-Fetch-Site");
        if (!says || cors.allowsAll()) {
            return false;
        }
        List<String> origins = request.getHeaders().getValuesList(HttpHeader.ORIGIN);
        boolean allowed = !origins.isEmpty() && origins.stream().allMatch(cors::allows);
        if (!allowed && !origins.stream().allMatch(origin -> Cors.isOwn(origin, asked))) {
            return true;
        }
        return !allowed
                && request.getHeaders().getValuesList("Sec-Fetch-Site").stream()
                        .anyMatch(site -> !OWN_SITES.contains(site.toLowerCase(Locale.ROOT)));
    }
}
