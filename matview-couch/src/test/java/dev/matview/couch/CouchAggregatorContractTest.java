package dev.matview.couch;

import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.JsonMembers;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.AggregatorContract;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** The contract, with every visit reading all positions, as it does while there are few databases. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorContractTest extends AggregatorContract {

    static final TestCouch COUCH = TestCouch.get();

    final FaultProxy proxy = new FaultProxy(COUCH.url());
    final TestDatabases databases = COUCH.databases();
    private CouchCluster cluster;

    @Override
    protected Aggregator open() {
        cluster = COUCH.cluster(proxy.url())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .build();
        return configure(CouchAggregator.builder(cluster).pollInterval(Duration.ofMillis(100)))
                .build();
    }

    CouchAggregator.Builder configure(CouchAggregator.Builder builder) {
        return builder;
    }

    @Override
    protected String prefix() {
        return databases.prefix();
    }

    @Override
    protected int writes() {
        return 60;
    }

    /** Where all is read whole anyway, a few show as much. */
    @Override
    protected int steps() {
        return tellsChanges() ? 25 : 10;
    }

    /** Elsewhere a database may have been made again since, and nobody knows. */
    @Override
    protected boolean tellsChanges() {
        return COUCH.capabilities().tellingPositions();
    }

    @Override
    protected List<String> oddNames() {
        return COUCH.capabilities().slashInNames()
                ? super.oddNames()
                : super.oddNames().stream().filter(name -> !name.contains("/")).toList();
    }

    /** PouchDB Server loses documents whose ids are beyond the first plane of Unicode. */
    @Override
    protected List<String> oddIds() {
        return COUCH.capabilities().astralIds()
                ? super.oddIds()
                : super.oddIds().stream()
                        .filter(id -> id.codePoints().allMatch(Character::isBmpCodePoint))
                        .toList();
    }

    /** PouchDB Server has JavaScript's numbers. */
    @Override
    protected String kept(String json) {
        return COUCH.capabilities().exactNumbers()
                ? json
                : json.replace("1.0", "1").replace("123456789012345678901234567890", "1.2345678901234568e29");
    }

    @Override
    protected void create(String name) {
        databases.create(name);
    }

    private void createIfMissing(String name) {
        if (COUCH.raw().send("HEAD", COUCH.raw().path(db(name)), null).statusCode() == 404) {
            databases.create(name);
        }
    }

    @Override
    protected void put(String name, String json) {
        createIfMissing(name);
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        String id = JsonMembers.of(text, 0, text.length).string("_id");
        byte[] old = COUCH.raw()
                .send("GET", COUCH.raw().path(db(name), id), null)
                .body()
                .getBytes(StandardCharsets.UTF_8);
        String before = JsonMembers.of(old, 0, old.length).string("_rev");
        String rev = before == null ? "" : "?rev=" + before;
        COUCH.raw().json("PUT", COUCH.raw().path(db(name), id) + rev, json);
    }

    /** Over those that are there, some of which nobody can read. */
    @Override
    protected void putAll(String name, List<String> documents) {
        createIfMissing(name);
        Map<String, String> revs = new HashMap<>();
        COUCH.raw()
                .json("GET", COUCH.raw().path(db(name), "_all_docs"), null)
                .path("rows")
                .forEach(row -> revs.put(
                        row.path("id").textValue(),
                        row.path("value").path("rev").textValue()));
        List<String> written = documents.stream()
                .map(document -> {
                    byte[] text = document.getBytes(StandardCharsets.UTF_8);
                    String rev = revs.get(JsonMembers.of(text, 0, text.length).string("_id"));
                    return rev == null ? document : document.replaceFirst("\\{", "{\"_rev\":\"" + rev + "\",");
                })
                .toList();
        COUCH.raw().bulk(db(name), written);
    }

    @Override
    protected void delete(String name, String id) {
        COUCH.raw().delete(db(name), id);
    }

    @Override
    protected void purge(String name, String id) {
        if (!COUCH.capabilities().purge()) {
            delete(name, id);
            return;
        }
        String rev = COUCH.raw().get(db(name), id).path("_rev").textValue();
        COUCH.raw().json("POST", COUCH.raw().path(db(name), "_purge"), "{\"" + id + "\":[\"" + rev + "\"]}");
    }

    @Override
    protected void drop(String name) {
        COUCH.raw().drop(db(name));
    }

    @Override
    protected void fail(String name) {
        proxy.on(
                COUCH.raw().path(db(name)) + "(/|$)",
                Fault.status(500, "{\"error\":\"internal_server_error\",\"reason\":\"broken\"}"));
    }

    @Override
    protected void recover(String name) {
        proxy.heal();
    }

    @Override
    protected void clean() {
        if (cluster != null) {
            cluster.close();
        }
        proxy.close();
        databases.close();
    }
}
