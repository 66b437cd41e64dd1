package dev.matview.server.http.exchange;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests by the route they came to and the status they were answered with. A route is named by its template, never
 * by the path that was asked for. Thread-safe; takes no lock once a route has answered with a status.
 */
public final class RequestMeters {

    private static final Duration[] BUCKETS = LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final String ROUTE = RequestMeters.class.getName() + ".route";
    private static final String REFUSAL = RequestMeters.class.getName() + ".refusal";

    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final int MAX_STATUS = 599;

    private final MeterRegistry registry;
    /** By template: there are as many as the server has routes. */
    private final Map<String, Route> routes = new ConcurrentHashMap<>();
    /** There are as many as the server has errors. */
    private final Map<Refusal, Counter> refusals = new ConcurrentHashMap<>();

    private record Refusal(int status, String error) {}

    public RequestMeters(MeterRegistry registry) {
        this.registry = registry;
        // Counters that rise from nothing would not be seen to rise.
        refused(new Refusal(TOO_MANY_REQUESTS, "too_many_requests"));
        refused(new Refusal(UNAVAILABLE, "too_busy"));
    }

    /** Requests that come to one route. */
    private final class Route {
        private final String template;
        private final AtomicReferenceArray<@Nullable Timer> byStatus = new AtomicReferenceArray<>(MAX_STATUS + 1);

        private Route(String template) {
            this.template = template;
        }

        private void ended(int status, long nanos) {
            int known = status < 0 || status > MAX_STATUS ? 0 : status;
            Timer timer = byStatus.get(known);
            if (timer == null) {
                timer = timer(known);
                byStatus.set(known, timer);
            }
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }

        /** The registry gives who asks twice the same. */
        private Timer timer(int status) {
            return Timer.builder("matview.http.requests")
                    .description("HTTP requests, and the time until the last byte of the answer was out.")
                    .tag("route", template)
                    .tag("status", status == 0 ? "none" : Integer.toString(status))
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
        }
    }

    /**
     * The request has come to a route.
     *
     * @param template the path as Spark's routes have it, such as {@code /data/:collection/query}
     */
    static void at(Request request, String template) {
        request.setAttribute(ROUTE, template);
    }

    /** Counts the request when all is over. One that comes to no route is counted as such. */
    public void begin(Request request, Response response) {
        long begun = System.nanoTime();
        Request.addCompletionListener(
                request, failure -> ended(request, response.getStatus(), System.nanoTime() - begun));
    }

    private void ended(Request request, int status, long nanos) {
        String template = request.getAttribute(ROUTE) instanceof String known
                ? known
                : status == SWITCHING_PROTOCOLS ? "websocket" : "none";
        ended(template, status, request.getAttribute(REFUSAL), nanos);
    }

    /** @param error what it is refused for; null where that is not known, or it is not refused */
    void ended(String template, int status, @Nullable Object error, long nanos) {
        known(routes, template, Route::new).ended(status, nanos);
        if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
            refused(new Refusal(status, error == null ? "other" : error.toString()))
                    .increment();
        }
    }

    /** To compute what is absent locks, also where it is there. */
    private static <K, V> V known(Map<K, V> all, K key, Function<K, V> absent) {
        V known = all.get(key);
        return known == null ? all.computeIfAbsent(key, absent) : known;
    }

    private Counter refused(Refusal refusal) {
        return known(refusals, refusal, this::counter);
    }

    private Counter counter(Refusal refusal) {
        return Counter.builder("matview.http.refused")
                .description("Requests that were told to come again: for want of room, or before there is an answer.")
                .tag("status", Integer.toString(refusal.status()))
                .tag("error", refusal.error())
                .register(registry);
    }

    /** The request is answered with this error, whose name is one of few. */
    static void refuse(Request request, HttpError error) {
        if (error.status() == TOO_MANY_REQUESTS || error.status() == UNAVAILABLE) {
            request.setAttribute(REFUSAL, error.error());
        }
    }
}
