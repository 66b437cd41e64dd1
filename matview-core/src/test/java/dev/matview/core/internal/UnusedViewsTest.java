package dev.matview.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.testkit.DelegatingViewStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A status does not wait for a store that is away, again and again. */
class UnusedViewsTest {

    private static final Duration SHORT = Duration.ofSeconds(20);

    private volatile boolean away;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private final InMemoryViewStore stored = new InMemoryViewStore();
    private final UnusedViews unused = new UnusedViews(
            new DelegatingViewStore(stored) {
                @Override
                public List<ViewEntry> views() {
                    if (away) {
                        throw new ViewStoreException("no connection");
                    }
                    try {
                        assertThat(gate.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return super.views();
                }
            },
            Duration.ofMinutes(10));

    private List<String> names() {
        return unused.besides(Set.of("used")).stream().map(ViewEntry::view).toList();
    }

    @Test
    void itIsWaitedForUntilItHasNotAnsweredAndAgainWhenItHas() {
        stored.commit(ViewDelta.whole("used", 0, new ViewHead(1, "f", Instant.EPOCH, 3, 0), List.of()));
        stored.commit(ViewDelta.whole("old", 0, new ViewHead(1, "f", Instant.EPOCH, 3, 0), List.of()));
        assertThat(names()).containsExactly("old");

        away = true;
        assertThat(names()).as("what was there").containsExactly("old");
        away = false;
        gate = new CountDownLatch(1);
        assertTimeoutPreemptively(SHORT, () -> assertThat(names()).containsExactly("old"));
        assertTimeoutPreemptively(SHORT, () -> assertThat(names()).containsExactly("old"));

        stored.drop("old");
        gate.countDown();
        await().until(() -> names().isEmpty());
        unused.close();
    }
}
