package dev.matview.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.micrometer.FeedMetrics;
import dev.matview.server.http.connection.AccessLog;
import dev.matview.server.http.connection.OpenConnections;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.RequestMeters;
import dev.matview.server.http.socket.Sockets;
import dev.matview.server.share.FairShare;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmHeapPressureMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** All numbers of the server, as long as it is there: of the feeds, of HTTP, and of the process. Thread-safe. */
final class ServerMeters implements AutoCloseable {

    private static final String WITHOUT_VERSION = "development";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final FeedMetrics feeds;
    private final RequestMeters requests;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final JvmHeapPressureMetrics pressure = new JvmHeapPressureMetrics();

    /**
     * Begins to count.
     *
     * @param more numbers of what is behind the feeds; whoever built it closes it
     */
    ServerMeters(GlobalFeeds all, MeterBinder more, Scheduler scheduler) {
        this.feeds = FeedMetrics.of(all, scheduler);
        registry.config().meterFilter(MeterFilter.deny(ServerMeters::isMisnamed));
        feeds.bindTo(registry);
        more.bindTo(registry);
        this.requests = new RequestMeters(registry);
        ofProcess();
        ofLog();
    }

    /** Against Prometheus' rules: a gauge that is named a count, and nanoseconds. process_cpu_usage stays. */
    private static boolean isMisnamed(Meter.Id id) {
        return id.getName().equals("system.cpu.count") || id.getName().equals("process.cpu.time");
    }

    private void ofProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        collections.bindTo(registry);
        pressure.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        Gauge.builder("matview.build.info", () -> 1)
                .description("What runs here.")
                .tag(
                        "version",
                        Objects.requireNonNullElse(
                                ServerMeters.class.getPackage().getImplementationVersion(), WITHOUT_VERSION))
                .tag("java", Runtime.version().toString())
                .register(registry);
    }

    private void ofLog() {
        FunctionCounter.builder("matview.access.log.missing", registry, any -> AccessLog.missing())
                .description("Requests that are missing in the access log, as whoever reads it stalls.")
                .register(registry);
    }

    RequestMeters requests() {
        return requests;
    }

    void watch(OpenConnections connections, Sockets sockets, Callers callers) {
        gauge("matview.connections", "HTTP connections that are open.", connections, OpenConnections::count);
        gauge("matview.websockets", "WebSockets that are open.", sockets, Sockets::count);
        gauge("matview.websocket.queries", "Distinct queries that they ask.", sockets, Sockets::topics);
        gauge("matview.callers.active", "Callers with a request under way.", callers, Callers::active);
    }

    void watch(FairShare share) {
        gauge(
                "matview.turns.running",
                "Requests and pushes that are computed in their turn.",
                share,
                all -> all.load().running());
        gauge(
                "matview.turns.waiting",
                "Requests that wait for their turn.",
                share,
                all -> all.load().waiting());
        gauge(
                "matview.turns.pushes",
                "Pushes that wait for their turn.",
                share,
                all -> all.load().pushes());
        counter(
                "matview.turns.refused",
                "Requests and pushes without room to wait.",
                share,
                all -> all.load().refused());
        counter(
                "matview.turns.overdue",
                "Requests that have waited too long.",
                share,
                all -> all.load().overdue());
    }

    /** Beside those of the feeds, whose numbers these are, too: in the same words. */
    void watch(Map<String, Cache<?, ?>> caches) {
        caches.forEach((name, cache) -> {
            looks(name, cache, "hit", CacheStats::hitCount);
            looks(name, cache, "miss", CacheStats::missCount);
            FunctionCounter.builder(
                            "matview.cache.evictions", cache, one -> one.stats().evictionCount())
                    .description("What caches gave up, for want of room or time.")
                    .tag("cache", name)
                    .register(registry);
            Gauge.builder("matview.cache.entries", cache, Cache::estimatedSize)
                    .description("What caches have, about.")
                    .tag("cache", name)
                    .register(registry);
            Gauge.builder("matview.cache.bytes", cache, ServerMeters::bytes)
                    .description("Memory that it takes, about.")
                    .tag("cache", name)
                    .register(registry);
        });
    }

    private void looks(String name, Cache<?, ?> cache, String result, ToLongFunction<CacheStats> value) {
        FunctionCounter.builder("matview.cache.gets", cache, one -> value.applyAsLong(one.stats()))
                .description("Looks into caches, by whether what was looked for was there.")
                .tag("cache", name)
                .tag("result", result)
                .register(registry);
    }

    private static double bytes(Cache<?, ?> cache) {
        return cache.policy()
                .eviction()
                .map(bound -> bound.weightedSize().orElse(0))
                .orElse(0L);
    }

    private <T> void gauge(String name, String help, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, () -> value.applyAsDouble(of)).description(help).register(registry);
    }

    private <T> void counter(String name, String help, T of, ToLongFunction<T> value) {
        FunctionCounter.builder(name, of, value::applyAsLong).description(help).register(registry);
    }

    /** In a text format of Prometheus. */
    String scrape(String contentType) {
        feeds.update();
        return registry.scrape(contentType);
    }

    @Override
    public void close() {
        feeds.close();
        collections.close();
        pressure.close();
        registry.close();
    }
}
