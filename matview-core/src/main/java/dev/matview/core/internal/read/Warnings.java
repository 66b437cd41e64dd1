package dev.matview.core.internal.read;

import dev.matview.core.Query;
import dev.matview.core.Settings;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is said with an answer that is not all that was asked for. */
public final class Warnings {

    private Warnings() {}

    /** All that there are, a line each, as CouchDB joins its own; null for none. */
    public static @Nullable String all(@Nullable String... warnings) {
        String all = Stream.of(warnings).filter(Objects::nonNull).collect(Collectors.joining("\n"));
        return all.isEmpty() ? null : all;
    }

    /** That the query's limit is above the largest page; null when it is not. */
    public static @Nullable String ofLimit(Settings settings, Query query) {
        int limit = query.limit().orElse(0);
        return limit <= settings.maxPageSize()
                ? null
                : "The limit of " + limit + " is above the largest page, which has " + settings.maxPageSize()
                        + " rows; the bookmark leads to the next.";
    }
}
