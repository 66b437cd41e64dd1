package dev.matview.examples.couchdb;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchClusterBuilder;
import dev.matview.couch.CouchViewStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Three users with a database each in a CouchDB, and a feed of everybody's posts that is kept in the same CouchDB and
 * follows what they write. {@code COUCHDB_URL}, {@code COUCHDB_USER} and {@code COUCHDB_PASSWORD} say where; the
 * {@code compose.yml} beside this starts one.
 */
public final class Quickstart {

    private Quickstart() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> environment = System.getenv();
        String url = environment.getOrDefault("COUCHDB_URL", "http://127.0.0.1:5984");
        String user = environment.getOrDefault("COUCHDB_USER", "admin");
        String password = environment.getOrDefault("COUCHDB_PASSWORD", "secret");
        run(url, user, password, "userdb-quickstart-");
    }

    /** @param prefix what the names of the user databases begin with */
    static void run(String url, String user, String password, String prefix) throws IOException, InterruptedException {
        Users users = new Users(url, user, password, prefix);
        users.write("alice", "first", "The lake is frozen", "2026-01-10T08:00:00Z");
        users.write("bob", "first", "Bread is in the oven", "2026-01-11T06:30:00Z");
        users.write("carol", "first", "Off to the hills", "2026-01-09T17:15:00Z");

        FeedDefinition posts = FeedDefinition.builder("posts")
                .viewName(prefix + "posts")
                .databases(prefix + "*")
                .selector("{\"type\": \"post\"}")
                .fields("content", "createdAt")
                .sort("[{\"createdAt\": \"desc\"}]")
                .refresh(Refresh.continuous(Duration.ofMinutes(5)))
                .build();

        CouchClusterBuilder builder = CouchCluster.builder(url);
        try (CouchCluster cluster = (user.isEmpty() ? builder : builder.credentials(user, password)).build();
                CouchAggregator aggregator = CouchAggregator.of(cluster);
                CouchViewStore store = CouchViewStore.of(cluster);
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(aggregator)
                        .viewStore(store)
                        .build()) {
            feeds.start();
            if (!feeds.awaitReady(Duration.ofSeconds(30))) {
                throw new IllegalStateException("no first generation: " + feeds.status());
            }
            print("Everybody's posts, newest first", feeds.query("posts", Query.all()));

            // Whoever subscribes is told the answer now, and again when a new generation changes it.
            BlockingQueue<Page> answers = new LinkedBlockingQueue<>();
            try (var subscription = feeds.subscribe("posts", Query.all(), answers::add)) {
                Page before = answers.take();
                users.write("bob", "second", "Bread is on the table", "2026-01-12T07:10:00Z");
                Page after = answers.poll(30, TimeUnit.SECONDS);
                if (after == null) {
                    throw new IllegalStateException("the feed did not follow within 30 s");
                }
                print("Bob wrote again, and the feed followed", after);
                System.out.println("new: "
                        + after.since(before).put().stream()
                                .flatMap(put -> put.document().stream())
                                .toList());
            }
        }
    }

    private static void print(String title, Page page) {
        System.out.printf("%s (generation %d):%n", title, page.view().generation());
        page.documents().forEach(post -> System.out.println("  " + post));
    }
}
