package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchException;
import dev.matview.micrometer.CouchMetrics;
import dev.matview.server.auth.Authenticator;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A server of which everything that is measured has happened once, and a CouchDB that is away. */
public final class MeteredServer implements AutoCloseable {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_:][a-z0-9_:]*)(?:\\{(.*)})? [^ ]+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    /** The port for discarding: nothing listens there. */
    private static final String AWAY = "http://127.0.0.1:9";

    private final Scheduler scheduler = Scheduler.system();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(feed("posts"));
    private final CouchCluster couch =
            CouchCluster.builder(AWAY).scheduler(scheduler).attempts(1).build();
    private final CouchMetrics couchMetrics = CouchMetrics.of(couch);
    private final GlobalFeeds feeds;
    private final HttpService service;
    private final Http http;

    public MeteredServer() throws IOException, InterruptedException {
        databases.put("userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"hers\"}");
        feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0),
                new HttpService.Feeds(feeds, Origin.UNTOLD, couchMetrics),
                Authenticator.none(),
                scheduler);
        http = new Http(service.port());
        feeds.start();
        assertThat(feeds.awaitReady(Duration.ofSeconds(30))).isTrue();
        AtomicInteger more = new AtomicInteger(1);
        // More than one: the first may still have come into the first generation.
        Awaitility.await().until(() -> {
            databases.put(
                    "userdb-alice", "{\"_id\":\"2\",\"type\":\"post\",\"text\":\"" + more.incrementAndGet() + "\"}");
            return scrape().contains("matview_feed_delay_seconds_count{collection=\"posts\"}");
        });
        System.gc();
        Awaitility.await().until(() -> scrape().contains("jvm_gc_pause_seconds_sum"));
        http.query("/data/posts/query?global=true", "{}");
        http.query("/data/unknown/query?global=true", "{}");
        http.send("GET", "/nothing/of/userdb-alice", "");
        askInVain();
    }

    private void askInVain() throws InterruptedException {
        try {
            couch.verify();
            throw new AssertionError("something answers at " + AWAY);
        } catch (CouchException expected) {
            assertThat(couch.state().up()).isFalse();
        }
    }

    private static FeedDefinition feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "text")
                .refresh(Refresh.continuous(Duration.ofMinutes(5)))
                .build();
    }

    public void register(String collection) throws InterruptedException {
        registry.put(feed(collection));
        Awaitility.await()
                .until(() -> feeds.status().stream()
                        .anyMatch(feed -> feed.feed().collection().equals(collection) && feed.view() != null));
    }

    public void remove(String collection) {
        registry.remove(collection);
        Awaitility.await()
                .until(() -> feeds.status().stream()
                        .noneMatch(feed -> feed.feed().collection().equals(collection)));
    }

    public Http http() {
        return http;
    }

    public String scrape() {
        return http.send("GET", "/metrics", "").body();
    }

    /** The names of all numbers, with the labels that they have. */
    public Map<String, Set<String>> series() {
        Map<String, Set<String>> series = new TreeMap<>();
        Matcher sample = SAMPLE.matcher(scrape());
        while (sample.find()) {
            Set<String> labels = series.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
        }
        return series;
    }

    @Override
    public void close() {
        List<AutoCloseable> all = Arrays.asList(service, feeds, couchMetrics, couch, databases, scheduler);
        all.forEach(MeteredServer::close);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
