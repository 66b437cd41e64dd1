package dev.matview.core.internal.work;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.matview.core.ReadStatus;

/** Says what a cache is of use for. */
public final class CacheUse {

    private CacheUse() {}

    /** @param cache one that is bounded by weight in bytes, and records what is looked for */
    public static ReadStatus.Cache of(String name, Cache<?, ?> cache) {
        CacheStats statistics = cache.stats();
        long bytes = cache.policy()
                .eviction()
                .orElseThrow(() -> new IllegalArgumentException(name + " has no bound"))
                .weightedSize()
                .orElseThrow(() -> new IllegalArgumentException(name + " is not bounded by weight"));
        return new ReadStatus.Cache(
                name,
                cache.estimatedSize(),
                bytes,
                statistics.hitCount(),
                statistics.missCount(),
                statistics.evictionCount());
    }
}
