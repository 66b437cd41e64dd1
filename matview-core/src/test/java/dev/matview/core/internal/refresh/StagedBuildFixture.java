package dev.matview.core.internal.refresh;

import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Views;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A view that is built, with a store that puts aside. */
abstract class StagedBuildFixture {

    static final FeedDefinition POSTS = FeedDefinition.builder("posts").build();
    static final FeedDefinition EXPANDING =
            FeedDefinition.builder("posts").expand(List.of("author")).build();
    static final String VIEW = "_global_posts";
    static final long MEBIBYTE = 1 << 20;
    static final long ALL = 200 * MEBIBYTE;

    /** Shared by all rows: they count as if each had one. */
    static final byte[] DOCUMENT = new byte[1 << 20];

    final Scheduler scheduler = new ManualScheduler();
    final InMemoryViewStore store = new InMemoryViewStore();
    final ViewMemory memory = new ViewMemory(ALL);

    Findings findings(@Nullable Snapshot base) {
        return new Findings(POSTS, base, new ReferenceIndex(), scheduler.instant(), memory, List.of());
    }

    @Nullable
    StagedBuild open(ViewStore in) {
        return StagedBuild.open(in, VIEW, POSTS, 0, scheduler);
    }

    Findings building() {
        Findings building = findings(null);
        building.buildIn(Objects.requireNonNull(open(store)));
        return building;
    }

    static Slice slice(int database, Object position) {
        String name = "userdb-" + database;
        return new Slice(name, Views.position(position), List.of(row(name, "p")));
    }

    static Row row(String database, String id) {
        return new Row(database, id, new byte[0], DOCUMENT, null);
    }

    static Slice referring(int database, String profile) {
        String name = "userdb-" + database;
        Expansion author = new Expansion("author", "x:profiles", profile);
        Row row = new Row(name, "p", new byte[0], DOCUMENT, null, List.of(author));
        return new Slice(name, Views.position(1), List.of(row));
    }

    static long bytes(List<SliceDelta> slices) {
        return slices.stream()
                .flatMap(slice -> slice.put().stream())
                .mapToLong(Row::bytes)
                .sum();
    }

    static Snapshot aside(Findings building) {
        return (Snapshot)
                Objects.requireNonNull(Objects.requireNonNull(building.build()).aside());
    }

    /** How much more can be taken, in MiB. */
    long room() {
        long room = 0;
        while (memory.take(MEBIBYTE)) {
            room++;
        }
        memory.giveBack(room * MEBIBYTE);
        return room;
    }

    static ViewHead head(int documents) {
        return new ViewHead(1, POSTS.fingerprint(), Instant.EPOCH, documents, 0);
    }
}
