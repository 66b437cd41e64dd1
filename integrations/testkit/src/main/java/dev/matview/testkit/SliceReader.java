package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/**
 * Aggregates as the worker does: keeps the slices of each feed, and asks with their positions. Checks of every visit that
 * each database was reported once. Not thread-safe.
 */
public final class SliceReader {

    private final Aggregator aggregator;
    private final Map<String, Map<String, Slice>> held = new HashMap<>();
    private BiConsumer<FeedDefinition, Slice> whenMoved = (feed, slice) -> {};
    private Runnable whenRow = () -> {};

    public SliceReader(Aggregator aggregator) {
        this.aggregator = aggregator;
    }

    /** Runs within the sink's {@code moved}, while the visit is under way. */
    public SliceReader whenMoved(BiConsumer<FeedDefinition, Slice> action) {
        whenMoved = action;
        return this;
    }

    /** Runs for each row that is found, while its database is being read. */
    public SliceReader whenRow(Runnable action) {
        whenRow = action;
        return this;
    }

    /** Visits for one feed. */
    public Report read(FeedDefinition feed) throws InterruptedException {
        return taken(feed, visit(feed));
    }

    /** Visits once for all feeds; the reports are by collection. */
    public Map<String, Report> readAll(FeedDefinition... feeds) throws InterruptedException {
        RecordingSink sink = visit(feeds);
        Map<String, Report> reports = new HashMap<>();
        for (FeedDefinition feed : feeds) {
            reports.put(feed.collection(), taken(feed, sink));
        }
        return reports;
    }

    private RecordingSink visit(FeedDefinition... feeds) throws InterruptedException {
        RecordingSink sink = new RecordingSink();
        aggregator.aggregate(Arrays.stream(feeds).map(this::demand).toList(), sink);
        return sink;
    }

    private Report taken(FeedDefinition feed, RecordingSink sink) {
        Report report = sink.of(feed);
        take(feed, report);
        return report;
    }

    private Demand demand(FeedDefinition feed) {
        Map<String, Position> positions = new HashMap<>();
        slices(feed).forEach((database, slice) -> positions.put(database, slice.position()));
        return new Demand(feed, positions);
    }

    private void take(FeedDefinition feed, Report report) {
        Map<String, Slice> slices = slices(feed);
        assertThat(report.names()).as("databases reported").doesNotHaveDuplicates();
        assertThat(report.names()).as("databases held are all reported").containsAll(slices.keySet());
        assertThat(slices.keySet()).containsAll(report.unmoved).containsAll(report.gone);
        assertThat(report.toldFirst).as("covers is told first").isTrue();
        slices.keySet().removeAll(report.gone);
        report.moved.forEach((database, slice) -> {
            assertThat(slice.database()).isEqualTo(database);
            Slice before = slices.put(database, slice);
            assertThat(slice.position())
                    .as("the position of %s, which moved", database)
                    .isNotEqualTo(before == null ? null : before.position());
        });
    }

    /** The slices held for a feed, by database. */
    public Map<String, Slice> slices(FeedDefinition feed) {
        return held.computeIfAbsent(feed.collection(), name -> new TreeMap<>());
    }

    /** The slice held for a feed of that database, of which there must be one. */
    Slice slice(FeedDefinition feed, String database) {
        Slice slice = slices(feed).get(database);
        if (slice == null) {
            throw new AssertionError("no slice of " + database + " is held for " + feed.collection());
        }
        return slice;
    }

    /** All rows held for a feed, in its order. */
    public List<Row> rows(FeedDefinition feed) {
        return slices(feed).values().stream()
                .flatMap(slice -> slice.rows().stream())
                .sorted()
                .toList();
    }

    /** What one visit told of one feed. */
    public static final class Report {
        /** The slices as they are then, also where only what changed was told. */
        public final Map<String, Slice> moved = new TreeMap<>();
        /** Of those that moved, what was told instead of the whole slice. */
        public final Map<String, SliceChange> changed = new ConcurrentSkipListMap<>();

        public final List<String> unmoved = new ArrayList<>();
        public final Map<String, Exception> failed = new TreeMap<>();
        public final List<String> gone = new ArrayList<>();
        /** The number of databases covered, as last told. */
        public int covers;

        private final List<String> names = new ArrayList<>();
        private boolean told;
        private boolean toldFirst = true;

        private synchronized void add(String database, Runnable entry) {
            toldFirst &= told;
            names.add(database);
            entry.run();
        }

        private List<String> names() {
            return names;
        }
    }

    private final class RecordingSink implements Aggregator.Sink {
        private final Map<String, Report> reports = new ConcurrentHashMap<>();

        @Override
        public Slice.Builder slice(FeedDefinition feed, String database) {
            return Slice.builder(feed, database, new Slice.Room() {
                @Override
                public boolean take(long bytes) {
                    whenRow.run();
                    return true;
                }

                @Override
                public void giveBack(long bytes) {}
            });
        }

        Report of(FeedDefinition feed) {
            return reports.computeIfAbsent(feed.collection(), name -> new Report());
        }

        @Override
        public void covers(FeedDefinition feed, int databases) {
            Report report = of(feed);
            synchronized (report) {
                report.covers = databases;
                report.told = true;
            }
        }

        @Override
        public void moved(FeedDefinition feed, Slice slice) {
            Report report = of(feed);
            report.add(slice.database(), () -> report.moved.put(slice.database(), slice));
            whenMoved.accept(feed, slice);
        }

        @Override
        public boolean changed(FeedDefinition feed, SliceChange change) {
            Slice before = held.getOrDefault(feed.collection(), Map.of()).get(change.database());
            if (before == null) {
                throw new AssertionError("a change of " + change.database() + ", of which no slice is held");
            }
            assertThat(change.put()).noneMatch(row -> change.others().contains(row.id()));
            Optional<Slice> after = change.applyTo(before, feed);
            after.ifPresent(slice -> {
                of(feed).changed.put(change.database(), change);
                moved(feed, slice);
            });
            return after.isPresent();
        }

        @Override
        public void unmoved(FeedDefinition feed, String database) {
            Report report = of(feed);
            report.add(database, () -> report.unmoved.add(database));
        }

        @Override
        public void failed(FeedDefinition feed, String database, Exception cause) {
            Report report = of(feed);
            report.add(database, () -> report.failed.put(database, cause));
        }

        @Override
        public void gone(FeedDefinition feed, String database) {
            Report report = of(feed);
            report.add(database, () -> report.gone.add(database));
        }
    }
}
