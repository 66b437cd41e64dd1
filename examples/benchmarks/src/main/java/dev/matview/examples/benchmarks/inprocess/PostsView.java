package dev.matview.examples.benchmarks.inprocess;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Settings;
import dev.matview.core.access.Acl;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A view of posts in a store in memory, put there as one commit, and served by all of matview: as if a refresh had found it,
 * without the databases. For one thread.
 */
public final class PostsView implements AutoCloseable {

    /** Nothing that is measured is to end for its time. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FeedDefinition feed;
    private final int rows;
    private final int databases;
    private final int authors;
    private final IntFunction<@Nullable Acl> acls;
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final InMemoryDatabases none = new InMemoryDatabases();
    private final GlobalFeeds feeds;
    private long generation;

    /** @param acls of each post, by its number; null for a feed that has none */
    public PostsView(FeedDefinition feed, int rows, int authors, IntFunction<@Nullable Acl> acls) {
        this.feed = feed;
        this.rows = rows;
        this.databases = Math.min(rows, authors);
        this.authors = authors;
        this.acls = acls;
        List<SliceDelta> slices = new ArrayList<>();
        for (int database = 0; database < databases; database++) {
            List<Row> slice = new ArrayList<>();
            for (int number = database; number < rows; number += databases) {
                slice.add(row(number, Posts.json(number, authors)));
            }
            slices.add(new SliceDelta(Posts.database(database), position(1), slice, Set.of()));
        }
        store.commit(new ViewDelta(feed.viewName(), 0, true, head(1), slices, Set.of()));
        generation = 1;
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(none)
                .viewStore(store)
                .settings(Settings.builder().queryTime(LONG).waitTime(LONG).build())
                .build();
    }

    /** For a server, which starts them. */
    public GlobalFeeds feeds() {
        return feeds;
    }

    /** Starts the feeds, and returns once the view is served. */
    public GlobalFeeds serve() throws InterruptedException {
        feeds.start();
        awaitReady();
        return feeds;
    }

    /** Returns once the view is served. */
    public void awaitReady() throws InterruptedException {
        if (!feeds.awaitReady(LONG)) {
            throw new IllegalStateException("no generation: " + feeds.status());
        }
    }

    /** The next generation, in which one post has other likes: made and committed. */
    public void change() {
        int number = (int) (generation * 7_919L % rows);
        String json = Posts.json(number, authors)
                .replace("\"likes\":" + Posts.likes(number), "\"likes\":" + generation % 100_000);
        Row after = row(number, json);
        SliceDelta slice = new SliceDelta(after.database(), position(generation), List.of(after), Set.of());
        store.commit(new ViewDelta(feed.viewName(), generation, false, head(generation + 1), List.of(slice), Set.of()));
        generation++;
    }

    /** Returns once the generation that was committed last is served. */
    public void awaitServed() {
        while (served() < generation) {
            Thread.onSpinWait();
        }
    }

    private long served() {
        Page.View view = feeds.status(feed.collection()).view();
        return view == null ? 0 : view.generation();
    }

    private Row row(int number, String json) {
        byte[] document = json.getBytes(StandardCharsets.UTF_8);
        try {
            byte[] key = feed.sort().key((ObjectNode) JSON.readTree(document));
            if (key == null) {
                throw new IllegalStateException("a post without what it is sorted by");
            }
            return new Row(Posts.database(number % databases), Posts.id(number), key, document, acls.apply(number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ViewHead head(long generation) {
        // As of now: no refresh is due, which would find no database.
        return new ViewHead(generation, feed.fingerprint(), Instant.now(), databases, 0);
    }

    private static Position position(long seq) {
        return new Position(Long.toString(seq), "0", "1");
    }

    @Override
    public void close() {
        feeds.close();
        store.close();
        none.close();
    }
}
