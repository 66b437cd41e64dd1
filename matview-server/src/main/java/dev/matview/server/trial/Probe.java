package dev.matview.server.trial;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.DatabasePattern;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.Selector;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds out whether any document of the databases that a feed covers matches a selector. It is a feed itself, so that it is
 * asked of documents that are read anyway; it keeps a row of each database at most, and drops that. Thread-safe.
 */
final class Probe {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final FeedDefinition feed;
    private volatile boolean found;
    private volatile boolean failed;

    private Probe(FeedDefinition like, Selector selector) {
        this.feed = FeedDefinition.builder("matview-probe-" + NUMBERS.incrementAndGet())
                .selector(selector)
                .fields("_id")
                .limit(1)
                .databases(
                        like.databases().stream().map(DatabasePattern::toString).toArray(String[]::new))
                .build();
    }

    /** Whether any document matches the feed's own selector, whether or not it can be sorted. */
    static Probe ofMatching(FeedDefinition feed) {
        return new Probe(feed, feed.selector());
    }

    /** Whether any document has the field. */
    static Probe ofField(FeedDefinition feed, String field) {
        return new Probe(feed, exists(field));
    }

    /** Whether any document that matches the feed's selector has the field. */
    static Probe ofMatchingField(FeedDefinition feed, String field) {
        return new Probe(feed, feed.selector().and(exists(field)));
    }

    private static Selector exists(String field) {
        ObjectNode selector = JsonNodeFactory.instance.objectNode();
        selector.putObject(field).put("$exists", true);
        return Selector.compile(selector);
    }

    FeedDefinition feed() {
        return feed;
    }

    void found() {
        found = true;
    }

    boolean isFound() {
        return found;
    }

    /** A database could not be asked. */
    void failed() {
        failed = true;
    }

    boolean hasFailed() {
        return failed;
    }
}
