package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewDelta;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After any history of changes and refreshes a view is the one that reading everything would make. */
class RefreshHistoryTest {

    private static final int STEPS = 100;
    private static final int DATABASES = 4;
    private static final int DOCUMENTS = 6;

    private static final List<FeedDefinition> FEEDS = List.of(
            FeedDefinition.builder("posts").selector("{\"type\":\"post\"}").build(),
            FeedDefinition.builder("newest")
                    .selector("{\"n\":{\"$gt\":2}}")
                    .sort("[{\"n\":\"desc\"}]")
                    .limit(3)
                    .build(),
            FeedDefinition.builder("expanded")
                    .selector("{\"type\":\"post\"}")
                    .expand(List.of("author", "about"))
                    .build(),
            FeedDefinition.builder("few")
                    .databases("userdb-0", "userdb-1")
                    .expand(List.of("about"))
                    .limit(4)
                    .build(),
            FeedDefinition.builder("readable").access(Access.ACL).build());

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final GlobalFeeds feeds = over(store);

    private GlobalFeeds over(InMemoryViewStore views) {
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(FEEDS.toArray(FeedDefinition[]::new)))
                .aggregator(databases)
                .viewStore(views)
                .scheduler(scheduler)
                .build();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aViewIsWhatReadingEverythingWouldMake(long history) {
        Random random = Seed.random(history);
        feeds.start();
        for (int step = 0; step < STEPS; step++) {
            change(random);
            if (random.nextInt(3) == 0) {
                for (FeedDefinition feed : FEEDS) {
                    // Not always all: feeds hold different positions of one database.
                    if (random.nextInt(4) > 0) {
                        scheduler.await(feeds.refresh(feed.collection()));
                        assertThat(content(store, feed))
                                .as("%s, step %d of history %d", feed.collection(), step, history)
                                .isEqualTo(madeAnew(feed));
                    }
                }
            }
        }
    }

    private void change(Random random) {
        String database = "userdb-" + random.nextInt(DATABASES);
        String id = "d" + random.nextInt(DOCUMENTS);
        switch (random.nextInt(16)) {
            case 0, 1 -> databases.delete(database, id);
            case 2 -> databases.purge(database, id);
            case 3 -> databases.drop(database);
            case 4 -> {
                for (int i = 0; i < DOCUMENTS; i++) {
                    databases.put(database, document(random, "d" + i));
                }
            }
            default -> databases.put(database, document(random, id));
        }
    }

    private static String document(Random random, String id) {
        return "{\"_id\":\"%s\",\"type\":\"%s\",\"n\":%d,\"author\":%s,\"about\":%s%s}"
                .formatted(
                        id,
                        random.nextInt(3) > 0 ? "post" : "draft",
                        random.nextInt(10),
                        reference(random),
                        reference(random),
                        random.nextBoolean() ? "" : ",\"acl\":{\"read\":{\"allow\":[\"*\"]}}");
    }

    /** Also to users who have no database, and to documents that are not there. */
    private static String reference(Random random) {
        return "{\"did\":\"x:%d\",\"ref\":\"d%d\"}".formatted(random.nextInt(DATABASES + 1), random.nextInt(DOCUMENTS));
    }

    private Map<String, Object> madeAnew(FeedDefinition feed) {
        try (InMemoryViewStore views = new InMemoryViewStore();
                GlobalFeeds anew = over(views)) {
            anew.start();
            scheduler.await(anew.refresh(feed.collection()));
            return content(views, feed);
        }
    }

    /** The rows, with what they refer to, and what is left out of each slice. */
    private static Map<String, Object> content(InMemoryViewStore views, FeedDefinition feed) {
        ViewDelta view = views.read(feed.viewName(), 0).orElseThrow();
        Map<String, Object> content = new TreeMap<>();
        view.slices().forEach(slice -> {
            List<Object> rows = new ArrayList<>(slice.put().stream().sorted().toList());
            content.put(slice.database(), Map.of("rows", rows, "left out", slice.leftOut(), "at", slice.position()));
        });
        return content;
    }
}
