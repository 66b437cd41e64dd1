package dev.matview.micrometer;

import dev.matview.core.ReadStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** What one registry has of caches, with the tag {@code cache}. One thread at a time updates. */
final class CacheMeters {

    private static final String NAME = "matview.cache.";

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();

    /** By name, as last looked at; numbers are taken from here. */
    private final Map<String, ReadStatus.Cache> caches = new ConcurrentHashMap<>();

    CacheMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void update(List<ReadStatus.Cache> now) {
        for (ReadStatus.Cache cache : now) {
            if (caches.put(cache.name(), cache) == null) {
                add(cache.name());
            }
        }
    }

    private void add(String cache) {
        Tags none = Tags.empty();
        String looks = "Looks into caches, by whether what was looked for was there.";
        counter(cache, "gets", looks, Tags.of("result", "hit"), ReadStatus.Cache::hits);
        counter(cache, "gets", looks, Tags.of("result", "miss"), ReadStatus.Cache::misses);
        counter(
                cache,
                "evictions",
                "What caches gave up, for want of room or time.",
                none,
                ReadStatus.Cache::evictions);
        gauge(cache, "entries", "What caches have, about.", ReadStatus.Cache::entries);
        gauge(cache, "bytes", "Memory that it takes, about.", ReadStatus.Cache::bytes);
    }

    private void counter(String cache, String name, String help, Tags more, ToDoubleFunction<ReadStatus.Cache> value) {
        meters.add(FunctionCounter.builder(NAME + name, caches, all -> value.applyAsDouble(known(cache)))
                .description(help)
                .tags(Tags.of("cache", cache).and(more))
                .register(registry));
    }

    private void gauge(String cache, String name, String help, ToDoubleFunction<ReadStatus.Cache> value) {
        meters.add(Gauge.builder(NAME + name, caches, all -> value.applyAsDouble(known(cache)))
                .description(help)
                .tags(Tags.of("cache", cache))
                .register(registry));
    }

    private ReadStatus.Cache known(String cache) {
        return caches.getOrDefault(cache, new ReadStatus.Cache(cache, 0, 0, 0, 0, 0));
    }

    void remove() {
        meters.forEach(registry::remove);
        meters.clear();
        caches.clear();
    }
}
