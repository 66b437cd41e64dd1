package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.spi.ViewHead;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchViewStore;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The commands {@code views list} and {@code views drop}, on a CouchDB. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class ViewCommandsIT {

    private final TestCouch couch = TestCouch.get();
    private final TestDatabases databases = couch.databases();
    private final String view = databases.name("posts");

    @BeforeEach
    void build() {
        String database = databases.create("user-a");
        couch.raw().put(database, "p1", "{}");
        couch.raw().put(database, "p2", "{}");
        FeedDefinition posts = FeedDefinition.builder("posts")
                .viewName(view)
                .databases(databases.name("user-*"))
                .build();
        try (CouchCluster cluster = couch.cluster().build();
                CouchAggregator aggregator = CouchAggregator.of(cluster);
                CouchViewStore store = CouchViewStore.of(cluster);
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(aggregator)
                        .viewStore(store)
                        .build()) {
            feeds.start();
            feeds.refresh("posts").join();
        }
    }

    @AfterEach
    void drop() {
        couch.raw().names("matview-" + databases.prefix()).forEach(couch.raw()::drop);
        databases.close();
    }

    private Started run(String... args) {
        return Started.with(
                Map.of(
                        "COUCHDB_URL", couch.url().toString(),
                        "COUCHDB_USER", couch.user(),
                        "COUCHDB_PASSWORD", couch.user().isEmpty() ? "" : couch.password()),
                args);
    }

    @Test
    void aViewIsListedAndDroppedByItsWholeName() {
        Started listed = run("views", "list");

        assertThat(listed.exitCode()).isZero();
        assertThat(listed.err()).isEmpty();
        assertThat(listed.out().lines().filter(line -> line.startsWith(view)))
                .singleElement()
                .asString()
                .matches(view + "\t1\t2\t1\t20\\d\\d-\\S+Z\t" + ViewHead.FORMAT);

        String part = view.substring(0, view.length() - 1);
        Started wrong = run("views", "drop", part);
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err())
                .isEqualTo("matview: there is no view " + part + " at " + couch.url()
                        + "; views list prints those that are there\n");

        assertThat(run("views", "drop", view))
                .isEqualTo(new Started(0, "view " + view + " dropped: generation 1, 2 rows\n", ""));

        assertThat(run("views", "list").out()).doesNotContain(view);
        assertThat(couch.raw().names("matview-" + view)).isEmpty();
        assertThat(run("views", "drop", view).exitCode()).isEqualTo(1);
    }

    @Test
    void viewsByItselfIsAMistake() {
        Started started = run("views");

        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.err()).contains("views list").contains("views drop NAME");
    }

    @Test
    void aDropWithoutANameIsAMistake() {
        assertThat(run("views", "drop").exitCode()).isEqualTo(2);
    }

    @Test
    void aCouchDbThatIsAwayIsSaid() {
        Started started = Started.with(Map.of("COUCHDB_URL", "http://127.0.0.1:1"), "views", "list");

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.err()).startsWith("matview: cannot list the views: ").contains("is CouchDB running there");
    }
}
