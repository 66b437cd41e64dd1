package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.DelegatingViewStore;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Seed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A first build of a feed that expands references, of which everything is put aside as soon as it is found. */
class ExpandedBuildTest {

    private static final int DATABASES = 6;
    private static final int DOCUMENTS = 4;

    /** It does not cover the last one, to which documents refer too. */
    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .databases("userdb-0", "userdb-1", "userdb-2", "userdb-3", "userdb-4")
            .expand(List.of("author", "about"))
            .interval(Duration.ofHours(1))
            .build();

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final List<GlobalFeeds> opened = new ArrayList<>();

    /** Time goes by whenever somebody looks at the clock: whatever is found has waited for long. */
    private final class Hurrying implements Scheduler {
        private final AtomicLong looks = new AtomicLong();

        @Override
        public Instant instant() {
            return scheduler.instant().plus(StagedBuild.BATCH_TIME.multipliedBy(looks.incrementAndGet()));
        }

        @Override
        public Subscription schedule(Duration delay, Runnable task) {
            return scheduler.schedule(delay, task);
        }

        @Override
        public void close() {}
    }

    /** The life of a process, which ends after so many steps. */
    private static final class Life {
        private final AtomicInteger left;

        Life(int steps) {
            left = new AtomicInteger(steps);
        }

        void step() {
            if (left.decrementAndGet() == 0) {
                throw new IllegalStateException("the process dies");
            }
        }
    }

    /** Dies with a slice, or when documents are asked for. */
    private final class Dying extends DelegatingAggregator {
        private final Life life;

        Dying(Life life) {
            super(databases);
            this.life = life;
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            super.aggregate(demands, new DelegatingSink(sink) {
                @Override
                void told(String database, boolean byChanges) {
                    life.step();
                }
            });
        }

        @Override
        public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents)
                throws InterruptedException {
            life.step();
            super.fetch(database, ids, documents);
        }

        /** Others read the databases after it. */
        @Override
        public void close() {}
    }

    /** Dies with a portion, or when all is to be committed. */
    private final class DyingStore extends DelegatingViewStore {
        private final Life life;

        DyingStore(Life life) {
            super(store);
            this.life = life;
        }

        @Override
        public Optional<ViewStage> stage(String view, long base, String fingerprint) {
            return super.stage(view, base, fingerprint).map(stage -> new DelegatingViewStage(stage) {
                @Override
                public boolean add(ViewDelta delta) {
                    life.step();
                    return super.add(delta);
                }

                @Override
                public boolean commit(ViewDelta delta) {
                    life.step();
                    return super.commit(delta);
                }
            });
        }

        @Override
        public void close() {}
    }

    private GlobalFeeds node(ViewStore views, Life life, Scheduler clock) {
        GlobalFeeds node = GlobalFeeds.builder()
                .registry(new InMemoryFeedRegistry(POSTS))
                .aggregator(new Dying(life))
                .viewStore(views)
                .scheduler(clock)
                .build();
        opened.add(node);
        WorkerFixture.start(node);
        return node;
    }

    private GlobalFeeds building(int steps) {
        Life life = new Life(steps);
        return node(new DyingStore(life), life, new Hurrying());
    }

    @AfterEach
    void close() {
        opened.forEach(GlobalFeeds::close);
    }

    private RefreshResult refresh(GlobalFeeds node) {
        return scheduler.await(node.refresh("posts"));
    }

    /** Builds until it dies; says whether it did before the view was there. */
    private boolean dies(int steps) {
        try (GlobalFeeds node = building(steps)) {
            refresh(node);
            return false;
        } catch (CompletionException e) {
            assertThat(e).hasMessageContaining("the process dies");
            return true;
        }
    }

    private void change(Random random) {
        String database = "userdb-" + random.nextInt(DATABASES);
        String id = "d" + random.nextInt(DOCUMENTS);
        switch (random.nextInt(12)) {
            case 0 -> databases.delete(database, id);
            case 1 -> databases.drop(database);
            default -> databases.put(database, document(random, id));
        }
    }

    private static String document(Random random, String id) {
        return "{\"_id\":\"%s\",\"n\":%d,\"author\":%s,\"about\":%s}"
                .formatted(id, random.nextInt(10), reference(random), reference(random));
    }

    private static String reference(Random random) {
        return "{\"did\":\"x:%d\",\"ref\":\"d%d\"}".formatted(random.nextInt(DATABASES + 1), random.nextInt(DOCUMENTS));
    }

    private static Map<String, List<Row>> rows(InMemoryViewStore views) {
        Map<String, List<Row>> rows = new TreeMap<>();
        for (SliceDelta slice : views.read(POSTS.viewName(), 0).orElseThrow().slices()) {
            rows.put(slice.database(), slice.put().stream().sorted().toList());
        }
        return rows;
    }

    /** With nothing put aside. */
    private Map<String, List<Row>> madeAnew() {
        try (InMemoryViewStore views = new InMemoryViewStore()) {
            refresh(node(views, new Life(0), scheduler));
            return rows(views);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void howeverOftenItIsInterruptedItShowsWhatReadingEverythingWouldMake(long history) {
        Random random = Seed.random(history);
        int deaths = 0;
        for (int build = 0; build < 15; build++) {
            for (int i = 0; i < 30; i++) {
                change(random);
            }
            while (dies(1 + random.nextInt(40))) {
                deaths++;
                change(random);
                change(random);
            }
            assertThat(rows(store)).as("build %d of history %d", build, history).isEqualTo(madeAnew());
            store.drop(POSTS.viewName());
        }
        assertThat(deaths).isPositive();
    }

    @Test
    void whatRefersToADatabaseThatCannotBeReadIsBehindUntilItCanBe() {
        databases.put("userdb-0", "{\"_id\":\"p\",\"author\":{\"did\":\"x:5\",\"ref\":\"profile\"}}");
        databases.put("userdb-1", "{\"_id\":\"p\",\"author\":{\"did\":\"x:4\",\"ref\":\"profile\"}}");
        databases.put("userdb-2", "{\"_id\":\"p\",\"author\":{\"did\":\"x:3\",\"ref\":\"profile\"}}");
        databases.put("userdb-3", "{\"_id\":\"profile\"}");
        databases.put("userdb-4", "{\"_id\":\"profile\"}");
        databases.put("userdb-5", "{\"_id\":\"profile\"}");
        assertThat(dies(11)).as("after all is aside").isTrue();
        databases.fail("userdb-4", new IllegalStateException("away"));
        databases.fail("userdb-5", new IllegalStateException("away"));
        GlobalFeeds node = building(0);

        RefreshResult behind = refresh(node);

        assertThat(behind.behind()).extracting(Behind::database).containsExactly("userdb-0", "userdb-1", "userdb-4");
        assertThat(behind.behindCount()).isEqualTo(3);
        assertThat(rows(store)).containsOnlyKeys("userdb-2", "userdb-3");
        databases.recover("userdb-4");
        databases.recover("userdb-5");
        assertThat(refresh(node).behindCount()).isZero();
        assertThat(rows(store)).isEqualTo(madeAnew()).hasSize(5);
    }
}
