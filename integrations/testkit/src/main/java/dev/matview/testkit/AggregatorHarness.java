package dev.matview.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Row;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * What a backend gives so that the contract of aggregators can be checked: an aggregator, and the means to change the user
 * databases under it. There is one instance for each test method; its databases are its own.
 */
abstract class AggregatorHarness {

    static final ObjectMapper MAPPER = new ObjectMapper();

    protected static final String ALICE = "alice";
    protected static final String BOB = "bob";
    protected static final String CAROL = "carol";

    private @Nullable Aggregator aggregator;

    /** Opens the aggregator over this test's databases; there are none yet. */
    protected abstract Aggregator open() throws Exception;

    /**
     * What the names of this test's databases begin with, and no other test's. The names in the methods below come
     * without it.
     */
    protected abstract String prefix();

    /** Makes an empty database. */
    protected abstract void create(String name) throws Exception;

    /** Writes a document over whatever has its {@code _id}; makes the database when it is not there. */
    protected abstract void put(String name, String json) throws Exception;

    /** The same for many. */
    protected void putAll(String name, List<String> documents) throws Exception {
        for (String document : documents) {
            put(name, document);
        }
    }

    /** Deletes a document. */
    protected abstract void delete(String name, String id) throws Exception;

    /** Purges a document; the same as deleting where a backend knows no other way. */
    protected abstract void purge(String name, String id) throws Exception;

    /** Deletes a database. */
    protected abstract void drop(String name) throws Exception;

    /** Lets every later reading of the database fail. */
    protected abstract void fail(String name) throws Exception;

    /** Lets the database be read again. */
    protected abstract void recover(String name) throws Exception;

    /** Names as odd as the backend allows. */
    protected List<String> oddNames() {
        return List.of("a/b", "a+b", "a$b", "a(b)", "a-b", "a_b", "ab", "a2fb");
    }

    /** Ids as odd as the backend allows, as JSON strings. */
    protected List<String> oddIds() {
        return List.of("a/b", "a+b", "a b", "\u00e9", "\ud83d\ude00", "%2F", "?", "#", "a\\\\b", "\\\"", "A", "a");
    }

    /** What the backend keeps of a document that is written: numbers are not the same everywhere. */
    protected String kept(String json) {
        return json;
    }

    /** Called when a test is over and the aggregator closed: deletes what the test made. */
    protected void clean() throws Exception {}

    /** The aggregator under test. */
    protected final Aggregator aggregator() throws Exception {
        if (aggregator == null) {
            aggregator = open();
        }
        return aggregator;
    }

    protected final SliceReader reader() throws Exception {
        return new SliceReader(aggregator());
    }

    @AfterEach
    final void closeAggregator() throws Exception {
        if (aggregator != null) {
            aggregator.close();
        }
        clean();
    }

    /** A database's name, or a pattern of names, of this test. */
    protected final String db(String name) {
        return prefix() + name;
    }

    /** A feed over all databases of this test. */
    protected final FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection).databases(db("*"));
    }

    /** The feed of all posts. */
    protected final FeedDefinition posts() {
        return feed("posts").selector("{\"type\":\"post\"}").build();
    }

    protected static String post(String id) {
        return "{\"_id\":\"" + id + "\",\"type\":\"post\"}";
    }

    static JsonNode json(Row row) {
        try {
            return MAPPER.readTree(row.document());
        } catch (IOException e) {
            throw new AssertionError("the document of " + row + " is not JSON", e);
        }
    }

    static List<String> ids(List<Row> rows) {
        return rows.stream().map(Row::id).toList();
    }
}
