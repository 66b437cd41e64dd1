package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.FeedRegistry.Contents;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link FeedRegistry} does whose definitions can change while it is open. Definitions are compared by
 * collection, view name, fingerprint and refresh.
 */
public abstract class FeedRegistryContract {

    /** How long a change may take to be in force. */
    private static final Duration CHANGE = Duration.ofSeconds(60);

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .fields("_id", "content")
            .sort("[{\"createdAt\":\"desc\"}]")
            .interval(Duration.ofMinutes(5))
            .build();
    private static final FeedDefinition EVENTS = FeedDefinition.builder("events")
            .selector("{\"type\":\"event\"}")
            .interval(Duration.ofMinutes(10))
            .build();

    private @Nullable FeedRegistry registry;

    /** Opens the registry of this test; it has no feeds yet. */
    protected abstract FeedRegistry open() throws Exception;

    /** Writes a definition where the registry reads them, in place of the one of its collection. */
    protected abstract void put(FeedDefinition feed) throws Exception;

    /** Takes the definition of a collection away. */
    protected abstract void remove(String collection) throws Exception;

    /** Called when a test is over and the registry closed: deletes what the test made. */
    protected void clean() throws Exception {}

    private FeedRegistry registry() throws Exception {
        if (registry == null) {
            registry = open();
        }
        return registry;
    }

    @AfterEach
    final void closeRegistry() throws Exception {
        if (registry != null) {
            registry.close();
        }
        clean();
    }

    private static boolean same(FeedDefinition a, FeedDefinition b) {
        return a.collection().equals(b.collection())
                && a.viewName().equals(b.viewName())
                && a.fingerprint().equals(b.fingerprint())
                && a.refresh().equals(b.refresh());
    }

    private static boolean holds(Contents contents, FeedDefinition... feeds) {
        return contents.feeds().size() == feeds.length
                && List.of(feeds).stream()
                        .allMatch(feed -> contents.feed(feed.collection())
                                .filter(found -> same(found, feed))
                                .isPresent());
    }

    private void awaitContents(FeedDefinition... feeds) throws Exception {
        FeedRegistry current = registry();
        await().atMost(CHANGE).until(() -> holds(current.contents(), feeds));
    }

    @Test
    void aRegistryCanBeEmpty() throws Exception {
        assertThat(registry().contents().feeds()).isEmpty();
        assertThat(registry().contents().problems()).isEmpty();
        assertThat(registry().contents().feed("posts")).isEmpty();
    }

    @Test
    void aNewDefinitionIsInForce() throws Exception {
        registry();
        put(POSTS);
        awaitContents(POSTS);
        put(EVENTS);
        awaitContents(POSTS, EVENTS);
    }

    @Test
    void aChangedDefinitionIsInForce() throws Exception {
        put(POSTS);
        put(EVENTS);
        awaitContents(POSTS, EVENTS);
        FeedDefinition other = FeedDefinition.builder("posts")
                .selector("{\"type\":\"article\"}")
                .interval(Duration.ofMinutes(1))
                .build();

        put(other);

        awaitContents(other, EVENTS);
    }

    @Test
    void aRemovedDefinitionIsNotInForce() throws Exception {
        put(POSTS);
        put(EVENTS);
        awaitContents(POSTS, EVENTS);

        remove("posts");

        awaitContents(EVENTS);
    }

    @Test
    void aWatcherIsToldTheContentsWheneverTheyChange() throws Exception {
        put(POSTS);
        awaitContents(POSTS);
        List<Contents> told = new CopyOnWriteArrayList<>();
        Subscription watch = registry().watch(told::add);

        put(EVENTS);
        await().atMost(CHANGE)
                .until(() -> last(told)
                        .filter(contents -> holds(contents, POSTS, EVENTS))
                        .isPresent());
        remove("posts");
        await().atMost(CHANGE)
                .until(() ->
                        last(told).filter(contents -> holds(contents, EVENTS)).isPresent());
        watch.close();
    }

    private static Optional<Contents> last(List<Contents> told) {
        return told.isEmpty() ? Optional.empty() : Optional.of(told.get(told.size() - 1));
    }

    @Test
    void aWatcherThatLeftIsToldNoMore() throws Exception {
        List<Contents> leaving = new CopyOnWriteArrayList<>();
        List<Contents> staying = new CopyOnWriteArrayList<>();
        Subscription left = registry().watch(leaving::add);
        Subscription stays = registry().watch(staying::add);
        left.close();
        left.close();

        put(POSTS);
        await().atMost(CHANGE)
                .until(() ->
                        last(staying).filter(contents -> holds(contents, POSTS)).isPresent());

        assertThat(leaving).isEmpty();
        stays.close();
    }

    /** Refused by whoever writes it, or reported as a problem: in force it is not. */
    @Test
    void aSecondFeedForOneViewNameIsNotInForce() throws Exception {
        put(POSTS);
        awaitContents(POSTS);
        FeedDefinition intruder =
                FeedDefinition.builder("intruder").viewName(POSTS.viewName()).build();

        boolean refused = false;
        try {
            put(intruder);
        } catch (IllegalArgumentException e) {
            refused = true;
        }
        if (!refused) {
            await().atMost(CHANGE).until(() -> !registry().contents().problems().isEmpty());
        }

        assertThat(registry().contents().feed("intruder")).isEmpty();
        assertThat(registry().contents().feed("posts"))
                .hasValueSatisfying(feed -> assertThat(same(feed, POSTS)).isTrue());
    }
}
