package dev.matview.couch;

import dev.matview.core.spi.ViewStore;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ViewStoreContract;
import org.junit.jupiter.api.Tag;

/** Each store is as that of another process: they share nothing but the connections. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreContractTest extends ViewStoreContract {

    private final TestDatabases databases = TestCouch.get().databases();
    private final CouchCluster cluster =
            TestCouch.get().cluster().requestsInFlight(16).build();

    @Override
    protected ViewStore open() {
        return CouchViewStore.builder(cluster).prefix(databases.prefix()).build();
    }

    @Override
    protected int steps() {
        return 40;
    }

    @Override
    protected int generations() {
        return 60;
    }

    @Override
    protected void clean() {
        databases.close();
        cluster.close();
    }
}
