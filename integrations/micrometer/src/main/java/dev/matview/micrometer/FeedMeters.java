package dev.matview.micrometer;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.ReadStatus;
import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshResult;
import dev.matview.core.Settings;
import dev.matview.core.error.FailureKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What one registry has of the feeds. Counting is thread-safe; one thread at a time updates. */
final class FeedMeters {

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final List<FeedGauge> gauges;
    private final List<Meter> ofAll = new ArrayList<>();
    private final CacheMeters caches;

    /** What has been counted of each feed. */
    private final Map<String, Set<Meter>> counted = new ConcurrentHashMap<>();

    private volatile boolean removed;

    /** As last looked at; numbers are taken from here. */
    private volatile State state = new State(Map.of(), ReadStatus.NOTHING, false, 0);

    private record State(Map<String, FeedStatus> feeds, ReadStatus reads, boolean registryRead, int problems) {}

    FeedMeters(MeterRegistry registry, Settings settings, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.gauges = feedGauges();
        gaugesOfAll(settings);
        this.caches = new CacheMeters(registry);
    }

    /** The numbers of one kind, one for each feed that has it, or more with further tags. */
    private record FeedGauge(
            MultiGauge gauge, Predicate<FeedStatus> present, Function<String, List<MultiGauge.Row<?>>> rows) {

        void update(Map<String, FeedStatus> feeds) {
            List<MultiGauge.Row<?>> all = new ArrayList<>();
            feeds.forEach((collection, status) -> {
                if (present.test(status)) {
                    all.addAll(rows.apply(collection));
                }
            });
            // Those that are there stay: they take their numbers from the state.
            gauge.register(all, false);
        }

        void remove() {
            gauge.register(List.of(), false);
        }
    }

    private List<FeedGauge> feedGauges() {
        return List.of(
                of("ready", "Whether the feed has a generation to serve.", feed -> feed.view() == null ? 0 : 1),
                of("refresh.failures", "Refreshes that failed since the last one that did not.", FeedStatus::failures),
                of(
                        "interval.seconds",
                        "Time from one refresh to the next, as the feed is defined.",
                        feed -> seconds(feed.feed().refresh().interval())),
                behindByReason(),
                of(
                        "behind.oldest.seconds",
                        "Time since the first failure of the database that is behind for longest; 0 when none is.",
                        this::oldestBehind),
                ofView("generation", "The generation served.", Page.View::generation),
                ofView("rows", "Rows of the view.", Page.View::rows),
                ofView("databases", "User databases that the feed covers.", Page.View::databases),
                ofView("databases.behind", "Those that could not be read lately.", Page.View::behind),
                served(
                        "documents.left.out",
                        "Documents that cannot be read and so are not in the view.",
                        feed -> feed.leftOut().documents()),
                served("bytes", "Memory that the rows take, by their own sizes.", FeedStatus::bytes),
                served(
                        "indexes",
                        "Indexes that the feed lists and there is room for.",
                        feed -> feed.indexes().size()),
                served("index.bytes", "Memory that they take beside the rows, about.", FeedMeters::indexBytes),
                served(
                        "acl.index.bytes",
                        "Memory that the index takes that says who may read which row, about.",
                        FeedStatus::aclBytes),
                served(
                        "staleness.seconds",
                        "Time since the view was known to match its sources.",
                        feed -> seconds(feed.staleness())));
    }

    private FeedGauge of(String name, String help, ToDoubleFunction<FeedStatus> value) {
        return gauge(name, help, feed -> true, value);
    }

    /** A number that there is when a generation is served. */
    private FeedGauge served(String name, String help, ToDoubleFunction<FeedStatus> value) {
        return gauge(name, help, feed -> feed.view() != null && feed.staleness() != null, value);
    }

    private FeedGauge ofView(String name, String help, ToDoubleFunction<Page.View> value) {
        return served(name, help, feed -> feed.view() == null ? Double.NaN : value.applyAsDouble(feed.view()));
    }

    private FeedGauge gauge(
            String name, String help, Predicate<FeedStatus> present, ToDoubleFunction<FeedStatus> value) {
        return new FeedGauge(
                multi(name, help),
                present,
                collection -> List.of(MultiGauge.Row.of(tags(collection), () -> value(collection, value))));
    }

    private FeedGauge behindByReason() {
        return new FeedGauge(
                multi(
                        "databases.behind.by.reason",
                        "Databases that could not be read lately, by the kind of the failure."),
                feed -> true,
                this::rowsByReason);
    }

    private List<MultiGauge.Row<?>> rowsByReason(String collection) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (FailureKind kind : FailureKind.values()) {
            rows.add(MultiGauge.Row.of(
                    tags(collection).and("reason", word(kind)),
                    () -> value(collection, feed -> feed.behindKinds().getOrDefault(kind, 0))));
        }
        return rows;
    }

    private MultiGauge multi(String name, String help) {
        return MultiGauge.builder("matview.feed." + name).description(help).register(registry);
    }

    private double value(String collection, ToDoubleFunction<FeedStatus> value) {
        FeedStatus feed = state.feeds().get(collection);
        return feed == null ? Double.NaN : value.applyAsDouble(feed);
    }

    private double oldestBehind(FeedStatus feed) {
        Instant now = clock.instant();
        return feed.behind().stream()
                .map(FeedStatus.Behind::since)
                .min(Instant::compareTo)
                .map(since -> Math.max(0, seconds(Duration.between(since, now))))
                .orElse(0.0);
    }

    private static double indexBytes(FeedStatus feed) {
        return feed.indexes().stream().mapToLong(FeedStatus.Index::bytes).sum();
    }

    private void gaugesOfAll(Settings settings) {
        gauge("matview.feeds", "Feeds that are registered.", now -> now.feeds().size());
        gauge(
                "matview.registry.read",
                "Whether the registry was read, so that it is known which feeds there are.",
                now -> now.registryRead() ? 1 : 0);
        gauge("matview.registry.problems", "What is wrong in the registry and so not in force.", State::problems);
        gauge("matview.views.bytes", "Memory that the rows of all views and their indexes take.", FeedMeters::bytes);
        gauge(
                "matview.views.limit.bytes",
                "How much they may take, with what refreshes under way have collected.",
                now -> settings.maxViewBytes());
        gauge(
                "matview.selections",
                "Queries with a further selector or sort of which what they found is kept.",
                now -> now.reads().selections());
        gauge(
                "matview.selections.bytes",
                "Memory that this takes.",
                now -> now.reads().selectionBytes());
        gauge(
                "matview.live.queries",
                "Subscriptions to feeds.",
                now -> now.reads().liveQueries());
        gauge(
                "matview.live.queries.bytes",
                "Memory that what they have found takes.",
                now -> now.reads().liveBytes());
        gauge(
                "matview.pinned.generations",
                "Generations that are served no more and kept for bookmarks.",
                now -> now.reads().pinned());
        gauge(
                "matview.pinned.rows",
                "Memory that they take beside those that are served, in rows.",
                now -> now.reads().pinnedRows());
        ofAll.add(FunctionCounter.builder(
                        "matview.live.refills",
                        this,
                        meters -> meters.state.reads().refills())
                .description("Times that rows were looked for to keep a subscriber's page full.")
                .register(registry));
    }

    private static double bytes(State now) {
        return now.feeds().values().stream()
                .mapToDouble(feed -> feed.bytes() + indexBytes(feed))
                .sum();
    }

    private void gauge(String name, String help, ToDoubleFunction<State> value) {
        ofAll.add(Gauge.builder(name, () -> value.applyAsDouble(state))
                .description(help)
                .register(registry));
    }

    void update(GlobalFeeds feeds) {
        // First: a feed that is counted and not there afterwards is gone, and not just about to come.
        Set<String> before = new HashSet<>(counted.keySet());
        Map<String, FeedStatus> now = feeds.status().stream()
                .collect(Collectors.toMap(feed -> feed.feed().collection(), Function.identity()));
        state = new State(
                now,
                feeds.reads(),
                feeds.isRegistryRead(),
                feeds.registryProblems().size());
        gauges.forEach(gauge -> gauge.update(now));
        caches.update(state.reads().caches());
        before.removeAll(now.keySet());
        before.forEach(this::forget);
    }

    private void forget(String collection) {
        Set<Meter> meters = counted.remove(collection);
        if (meters != null) {
            meters.forEach(registry::remove);
        }
    }

    void refreshed(Run run, RefreshResult result) {
        ended(run, word(result.outcome()));
        count(run, "databases.read", "User databases read because they had moved.", Tags.empty(), result.moved());
        RefreshResult.RowChanges rows = result.rowChanges();
        countRows(run, "added", rows.added());
        countRows(run, "changed", rows.changed());
        countRows(run, "removed", rows.removed());
        Duration delay = run.delay();
        if (delay != null) {
            time(run, "delay", "Time from when a change was noticed until the feed shows it.", Tags.empty(), delay);
        }
    }

    void failed(Run run) {
        ended(run, "failed");
    }

    private void ended(Run run, String outcome) {
        time(
                run,
                "refresh",
                "Refreshes by how they ended, and the time they took.",
                Tags.of("outcome", outcome),
                run.took());
        count(run, "refresh.causes", "Refreshes by why they were begun.", Tags.of("why", word(run.why())), 1);
    }

    private void countRows(Run run, String change, int rows) {
        count(run, "row.changes", "Rows that refreshes changed.", Tags.of("change", change), rows);
    }

    private void count(Run run, String name, String help, Tags more, int number) {
        Counter counter = Counter.builder("matview.feed." + name)
                .description(help)
                .tags(tags(run.collection()).and(more))
                .register(registry);
        keep(run, counter);
        counter.increment(number);
    }

    private void time(Run run, String name, String help, Tags more, Duration took) {
        Timer timer = Timer.builder("matview.feed." + name)
                .description(help)
                .tags(tags(run.collection()).and(more))
                .serviceLevelObjectives(name.equals("delay") ? Buckets.DELAY : Buckets.REFRESH)
                .register(registry);
        keep(run, timer);
        timer.record(took.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void keep(Run run, Meter meter) {
        counted.compute(run.collection(), (collection, meters) -> {
            Set<Meter> known = meters == null ? ConcurrentHashMap.newKeySet() : meters;
            known.add(meter);
            return known;
        });
        if (removed) {
            // Too late: nobody would take it out any more.
            forget(run.collection());
        }
    }

    /** Takes everything out of the registry. */
    void remove() {
        removed = true;
        gauges.forEach(FeedGauge::remove);
        caches.remove();
        ofAll.forEach(registry::remove);
        Set.copyOf(counted.keySet()).forEach(this::forget);
    }

    private static Tags tags(String collection) {
        return Tags.of("collection", collection);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static double seconds(@Nullable Duration duration) {
        return duration == null ? Double.NaN : duration.toMillis() / 1_000.0;
    }
}
