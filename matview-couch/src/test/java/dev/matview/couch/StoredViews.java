package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.matview.core.spi.ViewStore;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.internal.view.ViewNames;
import dev.matview.testkit.ViewModel;
import java.util.ArrayList;
import java.util.List;

/** What tests of the view store see of its databases, past the store. */
final class StoredViews implements AutoCloseable {

    static final String VIEW = "_global_posts";

    private final TestDatabases databases = TestCouch.get().databases();
    private final RawCouch raw = TestCouch.get().raw();

    String prefix() {
        return databases.prefix();
    }

    RawCouch raw() {
        return raw;
    }

    CouchViewStore.Builder store(CouchCluster cluster) {
        return CouchViewStore.builder(cluster).prefix(prefix());
    }

    /** The databases that hold builds of the view. */
    List<String> builds() {
        return raw.names(new ViewNames(prefix()).begin(VIEW));
    }

    /** The database that holds the current generation. */
    String current() {
        return pointer().path("database").textValue();
    }

    /** The view's pointer; nothing when there is none yet. */
    JsonNode pointer() {
        return meta(ViewNames.pointer(VIEW));
    }

    /** How many attempts to commit to the view were made. */
    long attempts() {
        return meta(ViewNames.attempts(VIEW)).path("attempts").asLong();
    }

    private JsonNode meta(String id) {
        String meta = prefix() + "views";
        boolean there = raw.send("GET", raw.path(meta, id), null).statusCode() == 200;
        return there ? raw.get(meta, id) : MissingNode.getInstance();
    }

    /** The documents of a database. */
    List<JsonNode> documents(String database) {
        List<JsonNode> documents = new ArrayList<>();
        raw.json("GET", raw.path(database, "_all_docs") + "?include_docs=true", null)
                .path("rows")
                .forEach(row -> documents.add(row.path("doc")));
        return documents;
    }

    /** How many writes the database has seen. */
    long writes(String database) {
        String sequence =
                raw.json("GET", raw.path(database), null).path("update_seq").asText();
        return Long.parseLong(sequence.split("-")[0]);
    }

    static ViewModel read(ViewStore store) {
        return ViewModel.of(store.read(VIEW, 0).orElseThrow());
    }

    @Override
    public void close() {
        databases.close();
    }
}
