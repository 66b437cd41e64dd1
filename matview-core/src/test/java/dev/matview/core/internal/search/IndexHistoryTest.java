package dev.matview.core.internal.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.IndexEntry;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Indexes that are carried on from generation to generation, and what they take. */
class IndexHistoryTest {

    private static final String AUTHORS = "[[\"author\"]]";

    private static FeedDefinition feed(String indexes) {
        return FeedDefinition.builder("posts").sort("[\"at\"]").indexes(indexes).build();
    }

    private static Map<String, Map<String, Optional<ObjectNode>>> posts(int from, int count, String text) {
        Map<String, Map<String, Optional<ObjectNode>>> posts = new HashMap<>();
        for (int i = from; i < from + count; i++) {
            ObjectNode post = Json.object().put("_id", "p" + i).put("at", i).put("author", text + i % 10);
            posts.computeIfAbsent("userdb-" + i % 5, name -> new HashMap<>()).put("p" + i, Optional.of(post));
        }
        return posts;
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void afterAnyHistoryAnIndexIsAsIfItWasMadeAnew(@ForAll long seed) {
        RandomView view = new RandomView(new Random(seed));
        FeedDefinition.Builder feed = view.one(List.of(
                FeedDefinition.builder("posts"), FeedDefinition.builder("posts").fields("a", "b", "c")));
        IndexedView indexed =
                new IndexedView(feed.indexes(view.indexes(RandomView.FIELDS)).build());
        for (int i = 0; i < 10; i++) {
            Served carriedOn = indexed.next(view.changes());
            if (view.random().nextInt(4) == 0) {
                carriedOn = indexed.redefined(
                        feed.indexes(view.indexes(RandomView.FIELDS)).build());
            }
            assertSame(carriedOn.indexes().all(), indexed.anew().indexes().all());
        }
    }

    private static void assertSame(List<Index> actual, List<Index> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            Index one = actual.get(i);
            Index other = expected.get(i);
            assertThat(rows(one.inFeedOrder())).isEqualTo(rows(other.inFeedOrder()));
            assertThat(rows(one.byIds())).isEqualTo(rows(other.byIds()));
            assertThat(one.bytes()).isEqualTo(other.bytes());
            assertThat(distinctKeys(one)).isEqualTo(distinctKeys(other));
            for (IndexEntry keyed : one.inFeedOrder()) {
                IndexEntry anew = one.entry(keyed.row(), Budget.unlimited());
                assertThat(anew).isNotNull();
                assertThat(keyed.compareKeys(anew)).isZero();
            }
        }
    }

    private static List<Row> rows(Iterable<IndexEntry> tree) {
        List<Row> rows = new ArrayList<>();
        tree.forEach(keyed -> rows.add(keyed.row()));
        return rows;
    }

    private static int distinctKeys(Index index) {
        Set<byte[]> keys = Collections.newSetFromMap(new IdentityHashMap<>());
        index.byIds().forEach(keyed -> keys.addAll(List.of(keyed.head(), keyed.tail())));
        index.inFeedOrder().forEach(keyed -> keys.addAll(List.of(keyed.head(), keyed.tail())));
        return keys.size();
    }

    @Test
    void rowsOfEqualKeysShareTheKeyAlsoThoseThatComeLater() {
        IndexedView view = new IndexedView(feed(AUTHORS));
        view.next(posts(0, 1_000, "did:"));
        Index index = view.next(posts(1_000, 50, "did:")).indexes().all().get(0);

        assertThat(index.rows()).isEqualTo(1_050);
        assertThat(distinctKeys(index)).as("ten, and the tail of all").isEqualTo(11);
        assertThat(index.bytes()).isLessThan(1_050 * 36 + 10 * 100);
    }

    @Test
    void anIndexForWhichThereIsNoRoomIsNotKeptUntilThereIs() {
        IndexedView view = new IndexedView(feed("[[\"author\"],[\"at\"]]"), 10_000);
        assertThat(view.next(posts(0, 100, "did:")).indexes().all()).hasSize(2);
        // Keys that are long count with all their bytes.
        assertThat(view.next(posts(100, 1, "x".repeat(9_000))).indexes().all())
                .extracting(index -> index.order().toString())
                .containsExactly("[\"at\"]");
        assertThat(view.next(Map.of("userdb-0", Map.of("p100", Optional.empty())))
                        .indexes()
                        .all())
                .hasSize(2);
    }

    @Test
    void aPinnedGenerationKeepsNoIndexThatIsGoneAndSearchesWhatIsNew() {
        IndexedView view = new IndexedView(feed("[[\"author\"],[\"at\"]]"));
        String first = view.next(posts(0, 100, "did:")).generation().tag();
        view.next(posts(100, 1, "did:"));
        assertThat(pinned(view, first)).containsExactly("[\"author\"]", "[\"at\"]");

        view.redefined(feed("[[\"at\"],[\"author\",\"at\"]]"));

        assertThat(pinned(view, first)).containsExactly("[\"at\"]");
        assertThat(view.served().indexes().all()).hasSize(2);
    }

    private static List<String> pinned(IndexedView view, String tag) {
        return view.live().generation(tag).orElseThrow().indexes().all().stream()
                .map(index -> index.order().toString())
                .toList();
    }

    /** A view of two databases of equal ids: what a pin keeps of the index is a few nodes. */
    @Test
    void aPinnedGenerationKeepsLittleOfAnIndexBesideTheNext() {
        IndexedView view = new IndexedView(feed(AUTHORS));
        view.next(posts(0, 20_000, "did:"));
        IntStream.range(0, 200).forEach(i -> view.next(posts(i, 1, "changed:")));

        assertThat(view.pinnedRows()).isBetween(200L, 200L * 40);
    }

    /** While it is rebuilt by another definition. */
    @Test
    void indexesMakeRoomAlsoForTheRowsOfAnotherDefinition() {
        IndexedView view = new IndexedView(feed(AUTHORS), 1 << 20);
        view.next(posts(0, 100, "did:"));
        assertThat(view.served().indexes().all()).hasSize(1);

        assertThat(view.memory().take((1 << 20) - 100)).isTrue();
        view.live()
                .reindex(FeedDefinition.builder("posts")
                        .selector("{\"at\":1}")
                        .indexes(AUTHORS)
                        .build());

        assertThat(view.served().indexes().all()).isEmpty();
        assertThat(view.served().generation().size()).isEqualTo(100);
    }
}
