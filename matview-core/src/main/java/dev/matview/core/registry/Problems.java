package dev.matview.core.registry;

import dev.matview.core.feed.FeedRegistry.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the mistakes of one registry, up to a number that a person can use. Not thread-safe. */
final class Problems {

    static final int MAX_LISTED = 100;

    private final String source;
    private final List<Problem> listed = new ArrayList<>();
    private int count;

    Problems(String source) {
        this.source = source;
    }

    void add(@Nullable String feed, @Nullable String key, String message) {
        count++;
        if (listed.size() < MAX_LISTED) {
            listed.add(new Problem(source, feed, key, message));
        }
    }

    /** How many there are in all. */
    int count() {
        return count;
    }

    List<Problem> list() {
        List<Problem> all = new ArrayList<>(listed);
        if (count > listed.size()) {
            all.add(new Problem(source, null, null, "and " + (count - listed.size()) + " more mistakes"));
        }
        return all;
    }
}
