package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.server.auth.Authenticator;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What administrators see of documents that are left out, of views that nobody uses, and of a registry that is not read. */
class LeftOutOverHttpTest {

    private static final FeedDefinition POSTS =
            FeedDefinition.builder("posts").selector("{\"type\":\"post\"}").build();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private GlobalFeeds feeds;
    private HttpService service;
    private Http http;

    private void serve(FeedRegistry registry) throws IOException {
        feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(databases)
                .viewStore(store)
                .scheduler(scheduler)
                .build();
        feeds.start();
        service = HttpService.start(HttpSettings.of("127.0.0.1", 0), feeds, Authenticator.none(), scheduler);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    private JsonNode status() throws IOException {
        return new ObjectMapper().readTree(http.send("GET", "/feeds", "").body());
    }

    @Test
    void documentsThatAreLeftOutAreCountedAndNamed() throws IOException {
        databases.put("userdb-a", "{\"_id\":\"p1\",\"type\":\"post\"}");
        databases.put("userdb-a", "{\"_id\":\"deep\",\"secret\":" + "[".repeat(1_500) + "]".repeat(1_500) + "}");
        serve(FeedRegistry.of(POSTS));

        HttpResponse<String> refreshed = http.send("POST", "/feeds/posts/refresh", "");

        assertThat(refreshed.body()).contains("\"rows\":1").contains("\"documentsLeftOut\":1");
        JsonNode feed = status().path("feeds").get(0);
        assertThat(feed.at("/view/documentsLeftOut").intValue()).isEqualTo(1);
        assertThat(feed.at("/view/behind").intValue()).isZero();
        assertThat(feed.at("/view/bytes").longValue()).isBetween(100L, 1_000L);
        assertThat(feed.path("leftOut").toString())
                .isEqualTo(
                        "[{\"database\":\"userdb-a\",\"id\":\"deep\",\"reason\":\"it is nested deeper than 1000 levels\"}]");
        assertThat(http.send("GET", "/metrics", "").body())
                .contains("matview_feed_documents_left_out{collection=\"posts\"} 1.0")
                .contains("matview_feed_bytes{collection=\"posts\"} ");
    }

    @Test
    void viewsThatNoFeedHasAreShown() throws IOException {
        databases.put("userdb-a", "{\"_id\":\"p1\",\"type\":\"post\"}");
        InMemoryFeedRegistry before = new InMemoryFeedRegistry(
                POSTS, FeedDefinition.builder("retired").build());
        try (GlobalFeeds earlier = GlobalFeeds.builder()
                .registry(before)
                .aggregator(new InMemoryDatabases())
                .viewStore(store)
                .build()) {
            earlier.start();
            earlier.refresh("retired").join();
        }
        serve(FeedRegistry.of(POSTS));

        JsonNode unused = status().path("unusedViews");

        assertThat(unused).hasSize(1);
        assertThat(unused.get(0).path("viewName").textValue()).isEqualTo("_global_retired");
        assertThat(unused.get(0).path("generation").longValue()).isEqualTo(1);
        assertThat(unused.get(0).path("format").isInt()).isTrue();
    }

    @Test
    void untilTheRegistryWasReadItIsNotDeniedThatThereIsAFeed() throws IOException {
        Unread registry = new Unread();
        serve(registry);

        HttpResponse<String> early = http.query("/data/posts/query?global=true", "{}");
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.body()).contains("\"error\":\"registry_not_ready\"");
        assertThat(early.headers().firstValue("Retry-After")).isPresent();
        assertThat(http.send("GET", "/health", "").body()).contains("\"status\":\"starting\"");
        assertThat(http.send("POST", "/feeds/posts/refresh", "").statusCode()).isEqualTo(503);
        assertThat(status().path("unusedViews")).isEmpty();

        registry.read();

        assertThat(http.query("/data/posts/query?global=true", "{}").statusCode())
                .isEqualTo(403);
        assertThat(http.send("GET", "/health", "").body()).contains("\"status\":\"ok\"");
    }

    private static final class Unread implements FeedRegistry {
        private final Listeners<Contents> listeners = new Listeners<>();
        private volatile boolean read;

        void read() {
            read = true;
            listeners.tell(contents());
        }

        @Override
        public Contents contents() {
            return new Contents(List.of(), List.of());
        }

        @Override
        public boolean isRead() {
            return read;
        }

        @Override
        public Subscription watch(Consumer<Contents> listener) {
            return listeners.add(listener);
        }

        @Override
        public void close() {}
    }
}
