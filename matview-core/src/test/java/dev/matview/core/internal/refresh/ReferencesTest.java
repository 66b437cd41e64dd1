package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.RefreshListener.Why;
import dev.matview.core.Settings;
import dev.matview.core.access.Acl;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.HeldKeeping;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencesTest {

    private static final int USERS = 6;
    private static final int IDS = 5;

    private final UserDatabases users = UserDatabases.of("userdb-{instanceId}");
    /** Covers the even ones. */
    private final FeedDefinition feed = FeedDefinition.builder("posts")
            .databases("userdb-0", "userdb-2", "userdb-4")
            .expand(List.of("author", "about"))
            .build();

    private static Row row(Random random, String database, String id) {
        List<Expansion> references = new ArrayList<>();
        for (String field : List.of("author", "about")) {
            if (random.nextInt(4) > 0) {
                boolean there = random.nextBoolean();
                references.add(new Expansion(
                        field,
                        random.nextInt(8) == 0 ? "x:" : "x:" + random.nextInt(USERS),
                        "d" + random.nextInt(IDS),
                        there ? new byte[] {'{', '}'} : null,
                        there ? Acl.OPEN : null));
            }
        }
        return new Row(database, id, new byte[] {(byte) random.nextInt(3)}, new byte[] {'1'}, null, references);
    }

    private static Snapshot next(Random random, Snapshot before) {
        long base = before == null ? 0 : before.head().generation();
        ViewHead head = new ViewHead(base + 1, "f", Instant.EPOCH, USERS, 0);
        List<SliceDelta> slices = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        for (int user = 0; user < USERS; user++) {
            String database = "userdb-" + user;
            int kind = random.nextInt(4);
            if (kind == 0 && before != null) {
                dropped.add(database);
            } else if (kind < 3) {
                List<Row> put = new ArrayList<>();
                Set<String> removed = new HashSet<>();
                for (int id = 0; id < 20; id++) {
                    if (random.nextInt(5) == 0) {
                        put.add(row(random, database, "d" + id));
                    } else if (random.nextInt(8) == 0) {
                        removed.add("d" + id);
                    }
                }
                slices.add(new SliceDelta(database, new Position("" + base, "0", "0"), put, removed, LeftOut.NOTHING));
            }
        }
        ViewDelta delta = new ViewDelta("v", base, before == null, head, slices, dropped);
        return before == null ? Snapshot.of(delta) : before.apply(delta);
    }

    /** The rows that refer to a document of which that holds, found by looking at all of them. */
    private List<Row> rows(Snapshot generation, BiPredicate<String, String> document) {
        List<Row> rows = new ArrayList<>();
        for (Row row : generation) {
            boolean refers = row.expansions().stream().anyMatch(reference -> {
                Optional<String> database = users.database(reference.did());
                return database.isPresent() && document.test(database.get(), reference.ref());
            });
            if (refers) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static void assertSame(List<Row> found, List<Row> expected) {
        assertThat(new HashSet<>(found)).hasSameElementsAs(expected);
        assertThat(found).allMatch(row -> expected.stream().anyMatch(one -> one == row));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theRowsThatReferToADocumentAreFoundAfterAnyHistory(long seed) {
        Random random = new Random(seed);
        Snapshot generation = next(random, null);
        HeldReferences references = HeldReferences.of(generation, feed, users);
        for (int step = 0; step < 60; step++) {
            for (int user = 0; user < USERS; user++) {
                String database = "userdb-" + user;
                assertSame(references.to(database), rows(generation, (name, id) -> name.equals(database)));
                for (int i = 0; i < IDS; i++) {
                    String id = "d" + i;
                    List<Row> expected = rows(generation, (name, ref) -> name.equals(database) && ref.equals(id));
                    assertSame(references.to(database, id), expected);
                    assertThat(references.held(database, id) != null).isEqualTo(!expected.isEmpty());
                }
            }
            assertSame(references.outside(), rows(generation, (name, id) -> !feed.covers(name)));
            generation = next(random, generation);
            references = references.of(generation);
        }
    }

    @Test
    void thoseForTheSameGenerationAreTheSame() {
        Snapshot generation = next(new Random(4), null);
        ReferenceIndex index = new ReferenceIndex();

        assertThat(index.of(generation, feed, users)).isSameAs(index.of(generation, feed, users));
    }

    @Test
    void whatIsForgottenIsMadeAnew() {
        Snapshot generation = next(new Random(4), null);
        ReferenceIndex index = new ReferenceIndex();
        References before = index.of(generation, feed, users);

        index.forget();

        assertThat(index.of(generation, feed, users)).isNotSameAs(before);
    }

    /** They would hold the rows of the last generation that was expanded. */
    @Test
    void aFeedThatExpandsNothingAnyMoreForgetsThem() {
        try (InMemoryViewStore store = new InMemoryViewStore();
                ManualScheduler scheduler = new ManualScheduler()) {
            ViewMemory memory = new ViewMemory(1 << 20);
            LiveView live =
                    new LiveView(new PinnedGenerations(Settings.defaults(), scheduler).line(), List.of(), memory);
            StoreKeys keys = new StoreKeys(store, scheduler, Duration.ofSeconds(1));
            ViewWriter writer = new ViewWriter(store, new HeldKeeping(store, memory, "v"), keys, memory, "v", live);
            Snapshot generation = next(new Random(4), null);
            References before = writer.references().of(generation, feed, users);
            FeedDefinition plain = FeedDefinition.builder("posts").build();

            start(feed, writer, memory, scheduler);
            assertThat(writer.references().of(generation, feed, users)).isSameAs(before);
            start(plain, writer, memory, scheduler);

            assertThat(writer.references().of(generation, feed, users)).isNotSameAs(before);
        }
    }

    private static void start(FeedDefinition feed, ViewWriter writer, ViewMemory memory, ManualScheduler scheduler) {
        new RunningRefresh(
                        null,
                        feed,
                        writer,
                        scheduler.instant(),
                        new RunningRefresh.Cause(Why.FIRST, null, false),
                        List.of(),
                        List.of())
                .start(memory, scheduler);
    }
}
