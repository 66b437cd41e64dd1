package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.PagedKeeping;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.paged.PagedInMemoryStore;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class StoredGenerationTest extends GenerationContract {

    private static final FeedDefinition FEED = FeedDefinition.builder("posts").build();

    private PagedInMemoryStore store = store();
    private PagedKeeping keeping = keeping();

    private static PagedInMemoryStore store() {
        PagedInMemoryStore store = new PagedInMemoryStore(new ManualScheduler());
        store.keepFor(Duration.ofHours(1));
        return store;
    }

    private PagedKeeping keeping() {
        return new PagedKeeping(store, VIEW, UserDatabases.standard());
    }

    @Override
    Generation first(ViewDelta whole) {
        store = store();
        keeping = keeping();
        return next(null, whole);
    }

    @Override
    Generation next(Generation base, ViewDelta delta) {
        Base.Committed next = Objects.requireNonNull(keeping.commit(FEED, (Base.Committed) base, delta));
        // Only those of the current generation are kept.
        assertThat(next.positions()).isNotNull();
        return next;
    }

    @Test
    void whoMustNotWaitDoesNotAskTheStore() {
        Generation generation = first(new ViewDelta(
                VIEW,
                0,
                true,
                head(1),
                List.of(new SliceDelta(
                        "userdb-a", new Position("1", "0", "i"), List.of(row("userdb-a", "1", 1)), Set.of())),
                Set.of()));
        store.asked();
        Budget hot = Budget.hot(1_000);

        Assertions.assertThatThrownBy(() -> generation.page(null, 0, 10, hot)).isInstanceOf(BudgetSpentException.class);
        Assertions.assertThatThrownBy(() -> generation.find("userdb-a", "1", hot))
                .isInstanceOf(BudgetSpentException.class);

        assertThat(store.asked()).isZero();
        assertThat(generation.page(null, 0, 10, Budget.unlimited())).hasSize(1);
    }
}
