package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Slice;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TellingPositions;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** One database of forty documents, p0 to p39, whose changes are read, whatever the server is. */
final class ChangesFixture implements AutoCloseable {

    static final TestCouch COUCH = TestCouch.get();
    static final RawCouch RAW = COUCH.raw();
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final int DOCUMENTS = 40;

    final FaultProxy proxy = new FaultProxy(COUCH.url());
    final TestDatabases databases = COUCH.databases();
    final TellingPositions positions = new TellingPositions(proxy, RAW, databases);
    final Feeds feed = Feeds.over(databases.pattern());
    final String bob = databases.create("bob");
    final List<String> answers = new CopyOnWriteArrayList<>();
    final CouchCluster cluster;
    final CouchAggregator aggregator;

    ChangesFixture() {
        this(builder -> {});
    }

    ChangesFixture(Consumer<CouchClusterBuilder> options) {
        CouchClusterBuilder builder = COUCH.cluster(proxy.url()).backoff(Duration.ofMillis(1), Duration.ofMillis(10));
        options.accept(builder);
        cluster = builder.build();
        aggregator = CouchAggregator.of(cluster);
        RAW.bulk(
                bob,
                IntStream.range(0, DOCUMENTS)
                        .mapToObj(i -> "{\"_id\":\"p" + i + "\",\"type\":\"post\",\"n\":" + i + "}")
                        .toList());
    }

    /** Reads all, so that what comes is a change. */
    ChangesFixture begun() throws InterruptedException {
        feed.visit(aggregator);
        assertThat(feed.failed).isEmpty();
        proxy.forget();
        return this;
    }

    /** Writes over what is there. */
    void put(String id, String members) {
        JsonNode old = MAPPER.createObjectNode();
        String path = RAW.path(bob, id);
        if (RAW.send("HEAD", path, null).statusCode() == 200) {
            old = RAW.get(bob, id);
        }
        String rev = old.has("_rev") ? "\"_rev\":" + old.get("_rev") + "," : "";
        RAW.json("PUT", path, "{" + rev + members + "}");
    }

    /** Adds a revision that replication might bring, beside those there are. */
    void replicate(String id, String rev, String members) {
        String[] parts = rev.split("-", 2);
        List<String> ids = new ArrayList<>(List.of(parts[1]));
        for (int i = Integer.parseInt(parts[0]) - 1; i > 0; i--) {
            ids.add(parts[1] + i);
        }
        String document = "{\"_id\":\"" + id + "\",\"_rev\":\"" + rev + "\",\"_revisions\":{\"start\":" + parts[0]
                + ",\"ids\":[\"" + String.join("\",\"", ids) + "\"]}" + (members.isEmpty() ? "" : "," + members) + "}";
        RAW.json("POST", RAW.path(bob, "_bulk_docs"), "{\"new_edits\":false,\"docs\":[" + document + "]}");
    }

    /** Keeps the answers of {@code _changes} and {@code _all_docs}. */
    void listen() {
        proxy.on("/_changes\\?include_docs|/_all_docs", Fault.rewrite(body -> {
            answers.add(body);
            return body;
        }));
    }

    static Fault changed(Consumer<ObjectNode> change) {
        return Fault.rewrite(body -> {
            try {
                ObjectNode json = (ObjectNode) MAPPER.readTree(body);
                change.accept(json);
                return json.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** How often the changes were read. */
    int changesRead() {
        return proxy.count("/_changes\\?include_docs");
    }

    /**
     * How many requests read the changes since what the feed holds: one for each sequence of its position. In a cluster
     * that of a slice that was read whole has two.
     */
    int sequences(Feeds feed) {
        return feed.slices.get(bob).position().updateSeq().split(" ").length;
    }

    int wholeRead() {
        return proxy.count("/_all_docs");
    }

    /** The slice is what somebody finds who reads the database whole, and only changes were read for it. */
    void assertBroughtForward() throws InterruptedException {
        assertThat(wholeRead()).as("whole readings").isZero();
        assertThat(changesRead()).as("readings of changes").isPositive();
        assertThat(feed.changed).containsOnlyKeys(bob);
        assertAsReadWhole();
    }

    void assertAsReadWhole() throws InterruptedException {
        assertAsReadWhole(feed);
    }

    void assertAsReadWhole(Feeds feed) throws InterruptedException {
        assertThat(feed.failed).isEmpty();
        Feeds whole = new Feeds(feed.feed);
        try (CouchCluster direct = COUCH.cluster().build();
                CouchAggregator another = CouchAggregator.of(direct)) {
            whole.visit(another);
        }
        assertThat(contents(feed.slices)).isEqualTo(contents(whole.slices));
    }

    private static Map<String, List<String>> contents(Map<String, Slice> slices) {
        Map<String, List<String>> contents = new TreeMap<>();
        slices.forEach((database, slice) -> {
            List<String> content = new ArrayList<>();
            slice.rows().stream()
                    .sorted()
                    .forEach(row -> content.add(row.id() + " " + new String(row.document(), StandardCharsets.UTF_8)));
            slice.leftOut().examples().stream()
                    .map(example -> example.id() + " " + example.reason())
                    .sorted()
                    .forEach(content::add);
            contents.put(database, content);
        });
        return contents;
    }

    @Override
    public void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }
}
