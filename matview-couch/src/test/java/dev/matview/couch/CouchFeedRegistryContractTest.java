package dev.matview.couch;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.FeedRegistryContract;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Documents are numbered, so that the first is in force where two have one name. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchFeedRegistryContractTest extends FeedRegistryContract {

    private final RawCouch raw = TestCouch.get().raw();
    private final TestDatabases databases = TestCouch.get().databases();
    private final CouchCluster cluster = TestCouch.get().cluster().build();
    private final String database = databases.create("feeds");
    private final Map<String, String> ids = new HashMap<>();

    @Override
    protected FeedRegistry open() {
        CouchFeedRegistry registry = CouchFeedRegistry.open(cluster, database);
        await().atMost(Duration.ofSeconds(60)).until(registry::isRead);
        return registry;
    }

    @Override
    protected void put(FeedDefinition feed) {
        String id = ids.computeIfAbsent(feed.collection(), name -> "feed-" + ids.size());
        ObjectNode document = FeedDefinitionWriter.write(feed);
        if (raw.send("GET", raw.path(database, id), null).statusCode() == 200) {
            document.set("_rev", raw.get(database, id).path("_rev"));
        }
        raw.put(database, id, document.toString());
    }

    @Override
    protected void remove(String collection) {
        raw.delete(database, ids.get(collection));
    }

    @Override
    protected void clean() {
        databases.close();
        cluster.close();
    }
}
