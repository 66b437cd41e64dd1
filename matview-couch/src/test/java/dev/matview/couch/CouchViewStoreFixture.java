package dev.matview.couch;

import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Opened;
import dev.matview.couch.harness.TestCouch;
import org.junit.jupiter.api.AfterEach;

/** View stores on one CouchDB, and what they ask of it. */
abstract class CouchViewStoreFixture {

    final StoredViews views = new StoredViews();
    final FaultProxy proxy = new FaultProxy(TestCouch.get().url());
    final CouchCluster cluster = TestCouch.get().cluster(proxy.url()).build();
    final Opened opened = new Opened();

    CouchViewStore store() {
        return opened.add(views.store(cluster).build());
    }

    @AfterEach
    void close() {
        opened.close();
        cluster.close();
        proxy.close();
        views.close();
    }
}
