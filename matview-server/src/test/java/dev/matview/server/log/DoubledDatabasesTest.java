package dev.matview.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database that two clusters have is told once, and when only one has it any more. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class DoubledDatabasesTest {

    private static final TestCouch COUCH = TestCouch.get();

    @RegisterExtension
    final CapturedLog log = new CapturedLog("dev.matview.couch.internal.source.SourceVisit", Level.INFO);

    private final TestDatabases databases = COUCH.databases();
    private final FaultProxy east = new FaultProxy(COUCH.url());
    private final FaultProxy west = new FaultProxy(COUCH.url());
    private final CouchCluster first = COUCH.cluster(east.url()).build();
    private final CouchCluster second = COUCH.cluster(west.url()).build();
    private final CouchAggregator aggregator =
            CouchAggregator.builder(first).alsoIn(List.of(second)).build();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                    .databases(databases.pattern())
                    .build()))
            .aggregator(aggregator)
            .build();

    @BeforeEach
    void start() {
        databases.create("both");
        databases.create("east");
        west.hide(databases.name("east"));
        feeds.start();
    }

    @AfterEach
    void close() {
        feeds.close();
        aggregator.close();
        first.close();
        second.close();
        east.close();
        west.close();
        databases.close();
    }

    private void refresh() {
        feeds.refresh("posts").join();
    }

    @Test
    void itIsToldOnceAndWhenItIsOver() {
        refresh();
        refresh();
        assertThat(log.lines())
                .containsExactly("WARN 1 databases are in several clusters, such as " + databases.name("both")
                        + ": the one in the first cluster is read");

        west.heal();
        west.hide(databases.name("both"), databases.name("east"));
        refresh();
        refresh();

        assertThat(log.lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("INFO No database is in several clusters any more, after ");
    }
}
