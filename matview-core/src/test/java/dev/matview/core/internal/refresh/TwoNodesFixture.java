package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;

/** A second node beside the first, on its store, with its own view of the sources. */
abstract class TwoNodesFixture extends WorkerFixture {

    static final String VIEW = "_global_posts";

    final GatedAggregator otherAggregator = new GatedAggregator(aggregator.databases);
    final NodeStore otherStore = new NodeStore(store);
    final GlobalFeeds other = node(registry, otherAggregator, otherStore);

    @AfterEach
    void closeOther() {
        otherAggregator.openGate();
        other.close();
    }

    /** Both serve generation 1, with these posts of one user. */
    void startBoth(String... ids) {
        for (String id : ids) {
            post("userdb-a", id, 1);
        }
        start(POSTS);
        advance(Duration.ZERO);
        start(other);
        assertThat(json(other, "posts")).isEqualTo(json("posts"));
    }

    void awaitOther(String json) {
        await().until(() -> json(other, "posts").equals(json));
    }

    static Page.View view(GlobalFeeds feeds) {
        return feeds.query("posts", Query.all()).view();
    }

    /** A refresh that has read the databases, and does not commit before the gate is opened. */
    CompletableFuture<RefreshResult> read(GlobalFeeds node, Semaphore exit) {
        CompletableFuture<RefreshResult> refresh = node.refresh("posts");
        await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return exit.hasQueuedThreads();
        });
        return refresh;
    }
}
