package dev.matview.core.internal.refresh;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One visit to the user databases on behalf of all feeds that are due, sorted by feed. Says in the log how far it is. */
final class VisitSink implements Aggregator.Sink {

    private static final Logger log = LoggerFactory.getLogger(VisitSink.class);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

    private final Map<String, Findings> visits = new HashMap<>();
    private final InstantSource clock;
    /** When it was last said, in milliseconds. */
    private final AtomicLong reported;

    VisitSink(Collection<Findings> visits, InstantSource clock) {
        visits.forEach(visit -> this.visits.put(visit.feed().collection(), visit));
        this.clock = clock;
        this.reported = new AtomicLong(clock.millis());
    }

    void visit(Aggregator aggregator) throws InterruptedException {
        aggregator.aggregate(visits.values().stream().map(Findings::demand).toList(), this);
    }

    private Findings of(FeedDefinition feed) {
        Findings visit = visits.get(feed.collection());
        if (visit == null) {
            throw new IllegalArgumentException("nobody asked for " + feed.collection());
        }
        return visit;
    }

    @Override
    public void covers(FeedDefinition feed, int databases) {
        of(feed).covers(databases);
    }

    @Override
    public Slice.Builder slice(FeedDefinition feed, String database) {
        return of(feed).slice(database);
    }

    @Override
    public void moved(FeedDefinition feed, Slice slice) {
        of(feed).moved(slice);
        report(of(feed));
    }

    @Override
    public boolean changed(FeedDefinition feed, SliceChange change) {
        boolean enough = of(feed).changed(change);
        report(of(feed));
        return enough;
    }

    @Override
    public void unmoved(FeedDefinition feed, String database) {
        of(feed).unmoved();
        report(of(feed));
    }

    @Override
    public boolean reread(FeedDefinition feed, Slice slice) {
        boolean isHeld = of(feed).reread(slice);
        report(of(feed));
        return isHeld;
    }

    @Override
    public void failed(FeedDefinition feed, String database, Exception cause) {
        log.debug("{}: {} could not be read: {}", feed.collection(), database, Failures.reason(cause));
        of(feed).failed(database, cause);
        report(of(feed));
    }

    @Override
    public void gone(FeedDefinition feed, String database) {
        of(feed).gone(database);
    }

    @Override
    public void checkpoint(FeedDefinition feed, String checkpoint) {
        of(feed).checkpoint(checkpoint);
    }

    @Override
    public void asOf(FeedDefinition feed, Instant asOf) {
        of(feed).asOf(asOf);
    }

    private void report(Findings visit) {
        long last = reported.get();
        long now = clock.millis();
        Pace pace = visit.pace();
        pace.note(now);
        if (now - last > BETWEEN_REPORTS.toMillis() && reported.compareAndSet(last, now)) {
            Duration left = pace.left(now);
            log.info(
                    "{}: {} of {} databases visited{}",
                    visit.feed().collection(),
                    pace.done(),
                    pace.total(),
                    left == null ? "" : ", about " + left.toSeconds() + " s left");
        }
    }
}
