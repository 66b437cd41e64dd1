package dev.matview.core;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.testkit.ManualScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A feed of posts over databases in memory, three rows to a page. Time stands still unless a test moves it. */
abstract class GlobalFeedsFixture {

    static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\": \"post\"}")
            .fields("_id", "text", "at")
            .sort("[{\"at\": \"desc\"}]")
            .build();

    final ManualScheduler scheduler = new ManualScheduler();
    final InMemoryDatabases databases = new InMemoryDatabases();
    final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(POSTS);
    final GlobalFeeds feeds = over(GlobalFeeds.builder()
            .registry(registry)
            .aggregator(databases)
            .scheduler(scheduler)
            .settings(Settings.builder().pageSize(3).maxPageSize(5).build()));

    /** Over its own store, unless a test says otherwise. */
    GlobalFeeds over(GlobalFeeds.Builder builder) {
        return builder.build();
    }

    @BeforeEach
    void start() {
        feeds.start();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    void post(String user, String id, int at) {
        databases.put(
                user,
                "{\"_id\":\"%s\",\"type\":\"post\",\"text\":\"%s-%s\",\"at\":%d,\"secret\":\"%s\"}"
                        .formatted(id, user, id, at, user));
    }

    RefreshResult refresh() {
        return refresh("posts");
    }

    RefreshResult refresh(String collection) {
        return scheduler.await(feeds.refresh(collection));
    }

    List<String> texts(Page page) {
        List<String> texts = new ArrayList<>();
        page.documents().forEach(document -> texts.add(document.path("text").textValue()));
        return texts;
    }

    List<String> texts(Query query) {
        return texts(feeds.query("posts", query));
    }

    static Query.Builder with() {
        return Query.builder();
    }

    /** What a subscription is told. */
    final class Heard implements PageListener {
        final BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        final BlockingQueue<QueryException> refusals = new LinkedBlockingQueue<>();

        @Override
        public void answer(Page page) {
            answers.add(texts(page));
        }

        @Override
        public void refused(QueryException reason) {
            refusals.add(reason);
        }
    }
}
