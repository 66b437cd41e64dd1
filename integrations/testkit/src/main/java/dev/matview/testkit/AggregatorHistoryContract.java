package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link AggregatorContract} about what slices are after any history: the same as if their databases were read
 * whole, whether they are or only what changed is.
 */
abstract class AggregatorHistoryContract extends AggregatorChangesContract {

    private static final int DOCUMENTS = 12;

    /** How many changes a history has; less for a slow backend. */
    protected int steps() {
        return 120;
    }

    /** Whether the backend tells what changed, where it can, and not only whole slices. */
    protected boolean tellsChanges() {
        return true;
    }

    private List<FeedDefinition> feeds() {
        return List.of(
                posts(),
                feed("all").build(),
                feed("newest")
                        .selector("{\"n\":{\"$gt\":2}}")
                        .sort("[{\"n\":\"desc\"}]")
                        .limit(3)
                        .build());
    }

    @RepeatedTest(3)
    void slicesAreAsIfTheirDatabasesWereReadWholeAfterAnyHistory(RepetitionInfo repetition) throws Exception {
        long history = repetition.getCurrentRepetition();
        Random random = Seed.random(history);
        List<FeedDefinition> feeds = feeds();
        SliceReader reader = reader();
        Map<String, Set<String>> there = new HashMap<>();
        for (int step = 0; step < steps(); step++) {
            change(random, there);
            if (random.nextInt(3) > 0) {
                // Not always all: feeds hold different positions of one database.
                List<FeedDefinition> some = new ArrayList<>(feeds);
                some.removeIf(feed -> random.nextInt(4) == 0);
                if (some.isEmpty()) {
                    some.add(feeds.get(random.nextInt(feeds.size())));
                }
                reader.readAll(some.toArray(FeedDefinition[]::new));
                assertAsReadWhole(reader, some, "step " + step + " of history " + history);
            }
        }
    }

    /** @param there the ids in each database */
    private void change(Random random, Map<String, Set<String>> there) throws Exception {
        String database = random.nextInt(4) > 0 ? ALICE : BOB;
        String id = "d" + random.nextInt(DOCUMENTS);
        Set<String> ids = there.getOrDefault(database, Set.of());
        int kind = random.nextInt(20);
        if (kind < 4 && ids.contains(id)) {
            if (kind == 0) {
                purge(database, id);
            } else {
                delete(database, id);
            }
            ids.remove(id);
        } else if (kind == 4 && there.remove(database) != null) {
            drop(database);
        } else {
            List<String> documents = kind == 5 ? many(random) : List.of(document(random, id));
            putAll(database, kind == 6 ? List.of(nested(id, 1_500)) : documents);
            for (int i = 0; i < DOCUMENTS; i++) {
                if (kind == 5 || id.equals("d" + i)) {
                    there.computeIfAbsent(database, name -> new HashSet<>()).add("d" + i);
                }
            }
        }
    }

    private static String document(Random random, String id) {
        return "{\"_id\":\"" + id + "\",\"type\":\"" + (random.nextInt(3) > 0 ? "post" : "draft") + "\",\"n\":"
                + random.nextInt(10) + "}";
    }

    private static List<String> many(Random random) {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document(random, "d" + i));
        }
        return documents;
    }

    private void assertAsReadWhole(SliceReader reader, List<FeedDefinition> feeds, String at) throws Exception {
        for (FeedDefinition feed : feeds) {
            SliceReader whole = reader();
            assertThat(whole.read(feed).changed)
                    .as("changes of what is not held")
                    .isEmpty();
            assertThat(contents(reader.slices(feed)))
                    .as("%s, %s", feed.collection(), at)
                    .isEqualTo(contents(whole.slices(feed)));
        }
    }

    private static Map<String, Object> contents(Map<String, Slice> slices) {
        Map<String, Object> contents = new TreeMap<>();
        slices.forEach((database, slice) -> {
            Map<String, Object> content = new HashMap<>();
            content.put("rows", slice.rows().stream().sorted().toList());
            content.put("left out", slice.leftOut().documents());
            content.put(
                    "left out documents",
                    slice.leftOut().examples().stream()
                            .map(LeftOut.Example::id)
                            .sorted()
                            .toList());
            contents.put(database, content);
        });
        return contents;
    }

    @Test
    void ofAChangedDatabaseOnlyTheDocumentsThatChangedAreTold() throws Exception {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            documents.add(post("p" + i));
        }
        putAll(ALICE, documents);
        SliceReader reader = reader();
        reader.read(posts());
        put(ALICE, post("new"));
        delete(ALICE, "p7");
        put(ALICE, "{\"_id\":\"p8\",\"type\":\"draft\"}");
        put(ALICE, "{\"_id\":\"other\",\"type\":\"draft\"}");

        SliceReader.Report report = reader.read(posts());

        assertThat(reader.rows(posts()))
                .hasSize(39)
                .extracting(Row::id)
                .contains("new")
                .doesNotContain("p7", "p8");
        assertThat(report.changed.keySet()).isEqualTo(tellsChanges() ? report.moved.keySet() : Set.of());
        report.changed.values().forEach(change -> {
            assertThat(change.put()).extracting(Row::id).containsExactly("new");
            assertThat(change.others()).containsExactlyInAnyOrder("p7", "p8", "other");
        });
    }

    @Test
    void whatALimitHadCutOffComesBack() throws Exception {
        for (int i = 0; i < 40; i++) {
            put(ALICE, "{\"_id\":\"p" + i + "\",\"n\":" + (1_000 + i) + "}");
        }
        FeedDefinition newest =
                feed("newest").sort("[{\"n\":\"desc\"}]").limit(3).build();
        SliceReader reader = reader();
        reader.read(newest);
        delete(ALICE, "p38");

        reader.read(newest);

        assertThat(reader.rows(newest)).extracting(Row::id).containsExactly("p39", "p37", "p36");
    }
}
