package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A cluster whose databases have replicas, as one server and a proxy show it: each time somebody looks, every database has
 * another position, and only {@code _changes} knows whether it is the same state.
 */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorReplicasTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();
    private static final String NOTHING = "{\"results\":[],\"last_seq\":\"9-x\",\"pending\":0}";
    private static final String SOMETHING = "{\"results\":[{\"id\":\"p2\"}],\"last_seq\":\"9-x\",\"pending\":0}";

    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final Feeds feed = Feeds.over(databases.pattern());
    private final CouchCluster cluster = COUCH.cluster(proxy.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .build();
    private final CouchAggregator aggregator = CouchAggregator.of(cluster);
    private final AtomicInteger looks = new AtomicInteger();

    @BeforeEach
    void fill() {
        for (String name : List.of("alice", "bob", "carol")) {
            databases.create(name);
            RAW.put(databases.name(name), "p1", "{}");
        }
        proxy.on("_membership", Fault.status(200, "{\"cluster_nodes\":[\"one@127.0.0.1\",\"two@127.0.0.1\"]}"));
        proxy.on("_dbs_info|GET /" + databases.prefix() + "\\w+$", Fault.rewrite(this::asAnotherReplicaSaysIt));
        proxy.on("_all_docs", Fault.rewrite(CouchAggregatorReplicasTest::asReadFromAReplica), 3);
    }

    private String asAnotherReplicaSaysIt(String body) {
        int look = looks.incrementAndGet();
        return body.replaceAll("(\"(?:update|purge)_seq\":)\"?([^\",}]*)\"?", "$1\"$2~" + look + "\"");
    }

    private static String asReadFromAReplica(String body) {
        return body.replaceFirst("\"update_seq\":(?:\\d+|\"[^\"]*\")", "\"update_seq\":\"1-asRead\"");
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    @Test
    void whatOnlyLooksDifferentIsNotReadAgain() throws InterruptedException {
        proxy.on("_changes", Fault.status(200, NOTHING));
        feed.visit(aggregator);
        proxy.forget();

        try (CouchAggregator restarted = CouchAggregator.of(cluster)) {
            feed.visit(restarted);
        }

        assertThat(feed.unmoved).hasSize(3);
        assertThat(proxy.count("_all_docs")).isZero();
    }

    @Test
    void whatChangedIsReadAgain() throws InterruptedException {
        proxy.on("bob/_changes", Fault.status(200, SOMETHING));
        proxy.on("_changes", Fault.status(200, NOTHING));
        feed.visit(aggregator);

        try (CouchAggregator restarted = CouchAggregator.of(cluster)) {
            feed.visit(restarted);
        }

        assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
    }

    @Test
    void whatWasPurgedIsReadAgainThoughNothingChanged() throws InterruptedException {
        proxy.on("_changes", Fault.status(200, NOTHING));
        feed.visit(aggregator);
        proxy.heal();
        proxy.on("_membership", Fault.status(200, "{\"cluster_nodes\":[\"one@127.0.0.1\",\"two@127.0.0.1\"]}"));
        proxy.on(
                "_dbs_info|GET /" + databases.prefix() + "bob$",
                Fault.rewrite(
                        body -> asAnotherReplicaSaysIt(body).replaceFirst("\"purge_seq\":\"0?", "\"purge_seq\":\"7")));
        proxy.on("_changes", Fault.status(200, NOTHING));

        try (CouchAggregator restarted = CouchAggregator.of(cluster)) {
            feed.visit(restarted);
        }

        // A server without purges counts none.
        assertThat(feed.moved.isEmpty()).isEqualTo(!COUCH.capabilities().purge());
    }

    /** Other replicas may have had more: what these have not got yet must show as a change later. */
    @Test
    void aSliceIsAtThePositionOfTheReplicasThatWereRead() throws InterruptedException {
        proxy.on("_changes", Fault.status(200, NOTHING));

        feed.visit(aggregator);

        assertThat(feed.slices.values())
                .extracting(slice -> slice.position().updateSeq())
                .allMatch(sequences -> sequences.endsWith(" 1-asRead"));
        try (CouchAggregator restarted = CouchAggregator.of(cluster)) {
            feed.visit(restarted);
        }
        assertThat(feed.unmoved).hasSize(3);
        assertThat(proxy.count("_changes\\?since=1-asRead")).isPositive();
    }

    private static String changes(String lastSeq, String... changes) {
        return "{\"results\":[" + String.join(",", changes) + "],\"last_seq\":\"" + lastSeq + "\",\"pending\":0}";
    }

    private static String change(String id) {
        return "{\"seq\":\"8-x\",\"id\":\"" + id + "\",\"changes\":[{\"rev\":\"1-x\"}],\"doc\":{\"_id\":\"" + id
                + "\",\"_rev\":\"1-x\"}}";
    }

    /** Positions of one server that tell enough, and differ at each look as replicas make them. */
    private void tellEnough() {
        proxy.heal();
        proxy.on("_membership", Fault.status(200, "{\"cluster_nodes\":[\"one@127.0.0.1\",\"two@127.0.0.1\"]}"));
        proxy.on("_dbs_info", Fault.status(404, "{\"error\":\"not_found\"}"));
        for (String name : List.of("alice", "bob", "carol")) {
            proxy.on(
                    "GET /" + databases.name(name) + "$",
                    (proxy, exchange) -> Fault.status(
                                    200,
                                    "{\"db_name\":\"" + databases.name(name) + "\",\"update_seq\":\"7-look"
                                            + looks.incrementAndGet()
                                            + "\",\"purge_seq\":\"0-x\",\"instance_start_time\":\"1\",\"doc_count\":40}")
                            .happen(proxy, exchange));
        }
        proxy.on("_all_docs", Fault.rewrite(CouchAggregatorReplicasTest::asReadFromAReplica), 3);
    }

    /** One that has to look where the databases stand. */
    private void visitByAnother() throws InterruptedException {
        try (CouchAggregator another = CouchAggregator.of(cluster)) {
            feed.visit(another);
        }
    }

    @Test
    void whatChangedIsReadSinceWhatTheReplicasHadThatWereRead() throws InterruptedException {
        tellEnough();
        proxy.on("bob/_changes\\?since=7-look\\d+&limit=1$", Fault.status(200, SOMETHING));
        proxy.on("bob/_changes.*since=1-asRead", Fault.status(200, changes("8-read", change("p2"))));
        proxy.on("bob/_changes.*since=7-look", Fault.status(200, changes("9-surveyed", change("p2"), change("p3"))));
        proxy.on("_changes", Fault.status(200, NOTHING));
        feed.visit(aggregator);

        visitByAnother();

        assertThat(feed.changed).containsOnlyKeys(databases.name("bob"));
        assertThat(feed.slices.get(databases.name("bob")).rows())
                .extracting(row -> row.id())
                .containsExactlyInAnyOrder("p1", "p2", "p3");
        assertThat(feed.slices.get(databases.name("bob")).position().updateSeq())
                .isEqualTo("8-read");
        assertThat(proxy.count("_all_docs")).isEqualTo(3);
        proxy.forget();
        tellEnough();
        proxy.on("_changes", Fault.status(200, NOTHING));
        visitByAnother();
        assertThat(feed.unmoved).hasSize(3);
        assertThat(proxy.count("bob/_changes\\?since=8-read&limit=1$")).isPositive();
        assertThat(proxy.count("_all_docs")).isZero();
    }

    /** Others have got it, and those that are read not yet: it is not said to be read. */
    @Test
    void whereReplicasLagTheSliceStaysWhereItWas() throws InterruptedException {
        tellEnough();
        proxy.on("bob/_changes\\?since=7-look\\d+&limit=1$", Fault.status(200, SOMETHING), 1);
        proxy.on("_changes", Fault.status(200, NOTHING));
        feed.visit(aggregator);

        visitByAnother();

        assertThat(feed.unmoved).hasSize(3);
        assertThat(feed.moved).isEmpty();
        assertThat(proxy.count("bob/_changes\\?include_docs.*since=1-asRead")).isEqualTo(1);
        assertThat(proxy.count("_all_docs")).isEqualTo(3);
    }

    /** A cluster is not asked at each visit what it has said already: that its replicas have nothing more. */
    @Test
    void whereReplicasLaggedTheyAreNotAskedAgainUntilSomethingIsWritten() throws InterruptedException {
        tellEnough();
        proxy.on("bob/_changes\\?since=7-look\\d+&limit=1$", Fault.status(200, SOMETHING), 1);
        proxy.on("_changes", Fault.status(200, NOTHING));
        feed.visit(aggregator);
        try (CouchAggregator another = CouchAggregator.of(cluster)) {
            feed.visit(another);
            assertThat(proxy.count("bob/_changes\\?include_docs.*since=1-asRead"))
                    .isEqualTo(1);

            feed.visit(another);
            feed.visit(another);
        }

        assertThat(feed.unmoved).hasSize(3);
        assertThat(proxy.count("bob/_changes\\?include_docs.*since=1-asRead")).isEqualTo(1);
    }
}
