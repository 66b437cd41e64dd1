package dev.matview.core.feed;

import dev.matview.core.event.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where feed definitions come from: code, a JSON file, a CouchDB database. Implementations are thread-safe. No two feeds in
 * force have one collection or one view name.
 */
public interface FeedRegistry extends AutoCloseable {

    /** What is in force now. Does not wait: a registry that was not read yet has no feeds. */
    Contents contents();

    /**
     * Whether {@link #contents} says what the place holds that definitions come from, or held some time before: false for a
     * registry in a database that has not answered since this was opened. Whoever watches is told when it has.
     */
    default boolean isRead() {
        return true;
    }

    /**
     * Tells the listener the contents whenever they change from now on, once {@link #contents} gives them, or later ones. The
     * listener is quick and does not throw.
     */
    Subscription watch(Consumer<Contents> listener);

    /** Ends watching the place that definitions come from. */
    @Override
    void close();

    /** A registry that never changes. There is nothing to close in it. */
    static FeedRegistry of(FeedDefinition... feeds) {
        return new FixedRegistry(new Contents(List.of(feeds), List.of()));
    }

    /**
     * The state of a registry.
     *
     * @param feeds the definitions in force
     * @param problems what was found wrong, and is not in force
     */
    record Contents(List<FeedDefinition> feeds, List<Problem> problems) {
        /** @throws IllegalArgumentException when two feeds have one collection or one view name */
        public Contents {
            feeds = List.copyOf(feeds);
            problems = List.copyOf(problems);
            requireDistinct(feeds.stream().map(FeedDefinition::collection).toList(), "collection");
            requireDistinct(feeds.stream().map(FeedDefinition::viewName).toList(), "view name");
        }

        /** The feed of a collection, if one is registered. */
        public Optional<FeedDefinition> feed(String collection) {
            return feeds.stream()
                    .filter(feed -> feed.collection().equals(collection))
                    .findFirst();
        }

        private static void requireDistinct(List<String> names, String what) {
            for (int i = 0; i < names.size(); i++) {
                if (names.indexOf(names.get(i)) != i) {
                    throw new IllegalArgumentException("two feeds have the " + what + " " + names.get(i));
                }
            }
        }
    }

    /**
     * One mistake in a definition.
     *
     * @param source the file it is in, or the database and the document
     * @param feed which feed, as far as it can be named; null when the mistake is not in a feed
     * @param key the key that is wrong, such as {@code query.sort}; null when it is not in one key
     * @param message what is wrong, and what would be right
     */
    record Problem(
            String source, @Nullable String feed, @Nullable String key, String message) {

        /** One line for people. */
        @Override
        public String toString() {
            StringBuilder line = new StringBuilder(source);
            if (feed != null) {
                line.append(": feed ").append(feed);
            }
            if (key != null) {
                line.append(": ").append(key);
            }
            return line.append(": ").append(message).toString();
        }
    }
}
