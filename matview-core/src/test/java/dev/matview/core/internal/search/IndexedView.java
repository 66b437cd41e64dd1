package dev.matview.core.internal.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Settings;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.ManualScheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A view that is served, made of documents that a test says; one generation follows the other. Not thread-safe. */
final class IndexedView {

    private final PinnedGenerations pinned;
    private final ViewMemory memory;
    private final LiveView live;
    private final Map<String, Map<String, Row>> slices = new TreeMap<>();
    private FeedDefinition feed;
    private Snapshot snapshot;

    IndexedView(FeedDefinition feed) {
        this(feed, Long.MAX_VALUE);
    }

    IndexedView(FeedDefinition feed, long room) {
        this.pinned = new PinnedGenerations(Settings.builder().build(), new ManualScheduler());
        this.memory = new ViewMemory(room);
        this.live = new LiveView(pinned.line(), List.of(), memory);
        this.feed = feed;
        this.snapshot = Snapshot.of(new ViewDelta("v", 0, true, head(1), List.of(), Set.of()));
    }

    private ViewHead head(long generation) {
        return new ViewHead(generation, feed.fingerprint(), Instant.ofEpochSecond(generation), 1, 0);
    }

    /** Which documents are put and which deleted, by database and id; empty deletes. */
    Served next(Map<String, Map<String, Optional<ObjectNode>>> changes) {
        List<SliceDelta> deltas = new ArrayList<>();
        long base = snapshot.head().generation();
        changes.forEach((database, documents) -> {
            Map<String, Row> slice = slices.computeIfAbsent(database, name -> new TreeMap<>());
            List<Row> put = new ArrayList<>();
            Set<String> removed = new HashSet<>();
            documents.forEach((id, document) -> {
                Optional<Row> row = document.flatMap(there -> row(database, id, there));
                row.ifPresentOrElse(put::add, () -> removed.add(id));
                row.ifPresentOrElse(made -> slice.put(id, made), () -> slice.remove(id));
            });
            deltas.add(new SliceDelta(database, new Position(Long.toString(base), "0", "i"), put, removed));
        });
        snapshot = snapshot.apply(new ViewDelta("v", base, false, head(base + 1), deltas, Set.of()));
        return publish();
    }

    Served publish() {
        live.publish(feed, snapshot, Coverage.of(snapshot.head()));
        return served();
    }

    private Optional<Row> row(String database, String id, ObjectNode document) {
        byte[] key = feed.sort().key(document);
        return Optional.ofNullable(key)
                .map(there ->
                        new Row(database, id, there, Json.bytes(feed.fields().apply(document)), null));
    }

    /** The same rows, read by a definition that lists other indexes. */
    Served redefined(FeedDefinition next) {
        feed = next;
        live.reindex(next);
        return served();
    }

    /** The same rows in a view that is served for the first time. */
    Served anew() {
        IndexedView other = new IndexedView(feed);
        other.snapshot = Snapshot.of(snapshot.whole());
        return other.publish();
    }

    Served served() {
        return live.served().orElseThrow();
    }

    ViewMemory memory() {
        return memory;
    }

    LiveView live() {
        return live;
    }

    /** What earlier generations take. */
    long pinnedRows() {
        return pinned.rows();
    }
}
