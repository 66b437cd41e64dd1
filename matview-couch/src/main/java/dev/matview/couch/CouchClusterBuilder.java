package dev.matview.couch;

import dev.matview.core.event.Scheduler;
import dev.matview.couch.internal.client.ClientSettings;
import dev.matview.couch.internal.client.CouchClient;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link CouchCluster}. Unless told otherwise: 8 requests at once for views and 8 for callers who read their own
 * databases, 1,000 a second of each, 5 s to connect, 30 s of
 * silence and 5 minutes for a whole answer, 5 attempts with 200 ms to 10 s between them, and 2 minutes before refused
 * credentials are tried again. Not thread-safe.
 */
public final class CouchClusterBuilder {

    private final URI url;
    private @Nullable String authorization;

    private @Nullable Scheduler scheduler;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration socketTimeout = Duration.ofSeconds(30);
    private Duration requestTimeout = Duration.ofMinutes(5);
    private int requestsInFlight = 8;
    private int callersRequestsInFlight = 8;
    private int requestsPerSecond = 1_000;
    private int attempts = 5;
    private Duration backoff = Duration.ofMillis(200);
    private Duration maxBackoff = Duration.ofSeconds(10);
    private Duration refusalPause = Duration.ofMinutes(2);

    CouchClusterBuilder(String url) {
        URI given = parse(url);
        String userInfo = given.getUserInfo();
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("the URL of a CouchDB has a user but no password");
            }
            credentials(userInfo.substring(0, colon), userInfo.substring(colon + 1));
        }
        this.url = given.getUserInfo() == null ? given : withoutUserInfo(given);
    }

    /** The URL, without credentials. */
    String url() {
        return url.toString();
    }

    /** No message repeats the URL, which may hold a password. */
    private static URI parse(String url) {
        URI uri;
        try {
            uri = new URI(Objects.requireNonNull(url, "url").replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URL: " + e.getReason() + " at position " + e.getIndex());
        }
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the URL of a CouchDB looks like http://host:5984 or https://host/path, without query or fragment");
        }
        return uri;
    }

    private static URI withoutUserInfo(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return URI.create(uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath());
    }

    /** Who asks. Kept for requests only: not logged, not shown. */
    public CouchClusterBuilder credentials(String user, String password) {
        String pair = Objects.requireNonNull(user, "user") + ":" + Objects.requireNonNull(password, "password");
        authorization = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** How long it may take to connect. */
    public CouchClusterBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = positive(connectTimeout, "connectTimeout");
        return this;
    }

    /** How long CouchDB may keep silent before or within an answer. */
    public CouchClusterBuilder socketTimeout(Duration socketTimeout) {
        this.socketTimeout = positive(socketTimeout, "socketTimeout");
        return this;
    }

    /** How long one request may take as a whole. */
    public CouchClusterBuilder requestTimeout(Duration requestTimeout) {
        this.requestTimeout = positive(requestTimeout, "requestTimeout");
        return this;
    }

    /**
     * How many requests may be under way at once, those that wait for changes not counted, nor those of
     * {@link #callersRequestsInFlight}.
     */
    public CouchClusterBuilder requestsInFlight(int requestsInFlight) {
        this.requestsInFlight = positive(requestsInFlight, "requestsInFlight");
        return this;
    }

    /** How many requests may be under way at once for callers who wait for documents of their own databases. */
    public CouchClusterBuilder callersRequestsInFlight(int callersRequestsInFlight) {
        this.callersRequestsInFlight = positive(callersRequestsInFlight, "callersRequestsInFlight");
        return this;
    }

    /** How many requests may start in a second. */
    public CouchClusterBuilder requestsPerSecond(int requestsPerSecond) {
        this.requestsPerSecond = positive(requestsPerSecond, "requestsPerSecond");
        return this;
    }

    /** How often a request that may be repeated is sent at most; 1 for no retry. */
    public CouchClusterBuilder attempts(int attempts) {
        this.attempts = positive(attempts, "attempts");
        return this;
    }

    /** The time before the second attempt, which doubles with every further one, and its ceiling. */
    public CouchClusterBuilder backoff(Duration first, Duration ceiling) {
        this.backoff = positive(first, "first");
        this.maxBackoff = positive(ceiling, "ceiling");
        return this;
    }

    /** How long nothing is sent after CouchDB refused the credentials. */
    public CouchClusterBuilder refusalPause(Duration refusalPause) {
        this.refusalPause = positive(refusalPause, "refusalPause");
        return this;
    }

    /** The time; the system's unless set. It is not closed with the cluster. */
    public CouchClusterBuilder scheduler(Scheduler scheduler) {
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        return this;
    }

    public CouchCluster build() {
        return new CouchCluster(new CouchClient(new ClientSettings(
                url,
                authorization,
                scheduler,
                connectTimeout,
                socketTimeout,
                requestTimeout,
                requestsInFlight,
                callersRequestsInFlight,
                requestsPerSecond,
                attempts,
                backoff,
                maxBackoff,
                refusalPause)));
    }

    private static Duration positive(Duration duration, String name) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than zero, not " + duration);
        }
        return duration;
    }

    private static int positive(int number, String name) {
        if (number < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + number);
        }
        return number;
    }
}
