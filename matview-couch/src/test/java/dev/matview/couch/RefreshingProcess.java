package dev.matview.couch;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.spi.Row;
import dev.matview.testkit.ViewModel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A server that refreshes without end, to be killed: each refresh changes what every row says, and which rows there are.
 * Some rebuild the view, because the feed's definition changes, or because too much of it is dead.
 */
final class RefreshingProcess {

    static final int DATABASES = 25;

    private RefreshingProcess() {}

    /** Arguments: the prefix of database names, and the first stamp. The CouchDB comes by the environment. */
    public static void main(String[] arguments) throws Exception {
        CouchCluster cluster =
                CouchCluster.builder(System.getenv("COUCHDB_URL")).build();
        CouchViewStore store = store(cluster, arguments[0]);
        InMemoryDatabases sources = new InMemoryDatabases();
        int stamp = Integer.parseInt(arguments[1]);
        InMemoryFeedRegistry registry = new InMemoryFeedRegistry(feed(stamp));
        write(sources, stamp);
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(sources)
                .viewStore(store)
                .build();
        feeds.start();
        while (true) {
            feeds.refresh("posts").get(60, TimeUnit.SECONDS);
            System.out.println(stamp);
            stamp++;
            write(sources, stamp);
            registry.put(feed(stamp));
        }
    }

    static CouchViewStore store(CouchCluster cluster, String prefix) {
        return CouchViewStore.builder(cluster)
                .prefix(prefix)
                .cleanupGrace(Duration.ofMillis(50))
                .rebuildBeyond(1, 40)
                .build();
    }

    /** Every so often another definition, with which the view is built anew. */
    static FeedDefinition feed(int stamp) {
        return FeedDefinition.builder("posts")
                .fields(stamp / 6 % 2 == 0 ? new String[] {"stamp"} : new String[] {"stamp", "missing"})
                .interval(Duration.ofHours(1))
                .build();
    }

    static void write(InMemoryDatabases sources, int stamp) {
        for (int i = 0; i < DATABASES; i++) {
            String database = "userdb-" + i;
            int rows = rows(i, stamp);
            if (rows == 0) {
                sources.drop(database);
                continue;
            }
            for (int id = 0; id < 10; id++) {
                if (id < rows) {
                    sources.put(database, "{\"_id\":\"p" + id + "\",\"stamp\":" + stamp + "}");
                } else if (sources.databases().contains(database)) {
                    sources.delete(database, "p" + id);
                }
            }
        }
    }

    private static int rows(int database, int stamp) {
        return (database + stamp) % 5 == 0 ? 0 : (database + stamp) % 9 + 1;
    }

    /** What a view of the stamp has: ids by database. */
    static Map<String, Integer> expected(int stamp) {
        Map<String, Integer> expected = new TreeMap<>();
        for (int i = 0; i < DATABASES; i++) {
            if (rows(i, stamp) > 0) {
                expected.put("userdb-" + i, rows(i, stamp));
            }
        }
        return expected;
    }

    static Map<String, Integer> rows(ViewModel view) {
        Map<String, Integer> rows = new TreeMap<>();
        view.rows().forEach((database, held) -> rows.put(database, held.size()));
        return rows;
    }

    static String document(Row row) {
        return new String(row.document(), StandardCharsets.UTF_8);
    }
}
