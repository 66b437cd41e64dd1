package dev.matview.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.testkit.FeedRegistryContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryFeedRegistryTest extends FeedRegistryContract {

    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry();

    @Override
    protected FeedRegistry open() {
        return registry;
    }

    @Override
    protected void put(FeedDefinition feed) {
        registry.put(feed);
    }

    @Override
    protected void remove(String collection) {
        registry.remove(collection);
    }

    @Test
    void itCanBeginWithFeeds() {
        FeedDefinition posts = FeedDefinition.builder("posts").build();

        assertThat(new InMemoryFeedRegistry(posts).contents().feeds()).containsExactly(posts);
        assertThatThrownBy(() -> new InMemoryFeedRegistry(posts, posts)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFeedKeepsItsPlaceWhenItIsReplaced() {
        registry.put(FeedDefinition.builder("posts").build());
        registry.put(FeedDefinition.builder("events").build());
        registry.put(FeedDefinition.builder("posts").limit(5).build());

        assertThat(registry.contents().feeds())
                .extracting(FeedDefinition::collection)
                .containsExactly("posts", "events");
    }

    @Test
    void removingWhatIsNotThereTellsNobody() {
        List<Object> told = new ArrayList<>();
        registry.watch(told::add);
        registry.remove("posts");

        assertThat(told).isEmpty();
    }
}
