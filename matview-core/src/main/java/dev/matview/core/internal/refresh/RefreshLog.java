package dev.matview.core.internal.refresh;

import dev.matview.core.RefreshResult;
import dev.matview.core.error.FailureKind;
import dev.matview.core.event.Episode;
import dev.matview.core.internal.work.Failures;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the log tell when refreshes of a feed begin to fail or to leave databases behind, and when that is over. Thread-safe. */
final class RefreshLog {

    private static final Logger log = LoggerFactory.getLogger(RefreshLog.class);

    private final InstantSource clock;
    private final Map<String, OfOneFeed> feeds = new ConcurrentHashMap<>();

    RefreshLog(InstantSource clock) {
        this.clock = clock;
    }

    private record OfOneFeed(Episode failing, Episode behind) {}

    private OfOneFeed of(String collection) {
        return feeds.computeIfAbsent(
                collection,
                name -> new OfOneFeed(new Episode(RefreshLog.class, clock), new Episode(RefreshLog.class, clock)));
    }

    void succeeded(RefreshResult result) {
        String collection = result.collection();
        OfOneFeed feed = of(collection);
        feed.failing().ends("{}: refreshed again", collection);
        if (result.behindCount() == 0) {
            feed.behind().ends("{}: no database is behind any more", collection);
            return;
        }
        Map<FailureKind, String> examples = examples(result);
        // The first says that it begins; of further kinds each is told once, whenever it comes.
        examples.forEach((kind, example) -> feed.behind()
                .begins(
                        kind,
                        "{}: {} of {} databases could not be read and are behind, such as {}",
                        collection,
                        result.behindCount(),
                        result.databases(),
                        example));
    }

    /** One of those that are behind for each kind of reason that they have. */
    private static Map<FailureKind, String> examples(RefreshResult result) {
        Map<FailureKind, String> examples = new EnumMap<>(FailureKind.class);
        result.behind().forEach(one -> examples.putIfAbsent(one.kind(), one.database() + ": " + one.reason()));
        if (examples.isEmpty()) {
            examples.put(FailureKind.UNKNOWN, "one that is not named");
        }
        return examples;
    }

    void failed(String collection, Throwable cause) {
        of(collection).failing().begins(cause, "{}: the refresh failed: {}", collection, Failures.reason(cause));
        log.debug("{}: the refresh failed", collection, cause);
    }

    /** Those are all feeds that there are. */
    void retain(Set<String> collections) {
        feeds.keySet().retainAll(collections);
    }
}
