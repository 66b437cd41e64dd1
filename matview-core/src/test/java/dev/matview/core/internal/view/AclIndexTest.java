package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a caller sees of the generations of an ACL feed, against a reference of ten lines; and what that costs. */
class AclIndexTest extends AclFixture {

    @Property(tries = 600)
    void afterAnyHistoryACallerSeesOfEachGenerationWhatTheReferenceAllows(
            @ForAll("history") List<Step> steps, @ForAll("limits") @Nullable Integer limit) {
        for (State state : states(feed(limit), steps)) {
            for (Caller caller : CALLERS) {
                OrderedRows visible = visible(state, caller);
                List<Row> expected = state.visible(caller);
                assertThat(visible).containsExactlyElementsOf(expected);
                assertThat(visible.size()).isEqualTo(expected.size());
                for (Row row : state.rows()) {
                    assertThat(visible.contains(row)).isEqualTo(expected.contains(row));
                }
            }
        }
    }

    @Property(tries = 60)
    void everyPagePlaceAndTotalAgreesWithTheReference(
            @ForAll("history") List<Step> steps,
            @ForAll("limits") @Nullable Integer limit,
            @ForAll("callers") Caller caller) {
        for (State state : states(feed(limit), steps)) {
            List<Row> expected = state.visible(caller);
            List<Row> others = new ArrayList<>(state.rows());
            others.removeAll(expected);
            others.add(row("userdb-b/0", new Shared(1, Set.of(), Set.of())));
            ReadRows.assertRead(visible(state, caller), expected, others);
        }
    }

    /** Nothing stays that nobody would be shown, and nothing is there twice. */
    @Property(tries = 300)
    void anIndexThatWasCarriedOnIsAsLargeAsOneMadeAnew(
            @ForAll("history") List<Step> steps, @ForAll("limits") @Nullable Integer limit) {
        FeedDefinition feed = feed(limit);
        for (State state : states(feed, steps)) {
            Served served = state.served();
            AclIndex anew = AclIndex.of(served.generation().visible(feed));
            assertThat(served.indexes().acl().allReferences()).isEqualTo(anew.allReferences());
        }
    }

    @Provide
    Arbitrary<Integer> limits() {
        return Arbitraries.integers().between(1, 6).injectNull(0.5);
    }

    @Provide
    Arbitrary<Caller> callers() {
        return Arbitraries.of(CALLERS);
    }

    /** So many rows one after the other that are alike. */
    record Block(int rows, String owner, Shared shared) {}

    @Provide
    Arbitrary<List<Block>> blocks() {
        Arbitrary<Shared> alike = Arbitraries.of(
                new Shared(0, Set.of("*"), Set.of()),
                new Shared(0, Set.of("*"), Set.of(A)),
                new Shared(0, Set.of("*"), Set.of("did:b")),
                new Shared(0, Set.of(), Set.of()),
                new Shared(0, Set.of(A), Set.of()),
                new Shared(0, Set.of(), Set.of(A)),
                new Shared(0, Set.of("adult"), Set.of()));
        return Combinators.combine(
                        Arbitraries.oneOf(
                                Arbitraries.integers().between(1, 5),
                                Arbitraries.integers().between(60, 130),
                                Arbitraries.integers().between(500, 1_500)),
                        Arbitraries.of("userdb-a", "userdb-b"),
                        alike)
                .as(Block::new)
                .list()
                .ofMinSize(2)
                .ofMaxSize(9);
    }

    @Property(tries = 80)
    void pagesLeadPastAnyNumberOfRowsOfOthers(
            @ForAll("blocks") List<Block> blocks,
            @ForAll("callers") Caller caller,
            @ForAll("numbers") List<Integer> numbers) {
        Map<String, Shared> documents = new TreeMap<>();
        for (Block block : blocks) {
            for (int i = 0; i < block.rows(); i++) {
                int key = documents.size();
                documents.put(
                        block.owner() + "/" + key,
                        new Shared(key, block.shared().allow(), block.shared().deny()));
            }
        }
        State state = next(feed(null), null, documents);
        OrderedRows visible = visible(state, caller);
        List<Row> rows = state.rows();
        List<Row> expected = state.visible(caller);
        assertThat(visible).containsExactlyElementsOf(expected);
        for (int number : numbers) {
            Row after = number % 5 == 0 ? null : rows.get(number % rows.size());
            int skip = number / 7 % 3_000;
            int limit = number % 200;
            List<Row> page = expected.stream()
                    .filter(row -> after == null || row.compareTo(after) > 0)
                    .skip(skip)
                    .limit(limit)
                    .toList();
            assertThat(visible.page(after, skip, limit)).isEqualTo(page);
        }
    }

    @Provide
    Arbitrary<List<Integer>> numbers() {
        return Arbitraries.integers()
                .between(0, 1_000_000)
                .withDistribution(RandomDistribution.uniform())
                .list()
                .ofSize(20);
    }

    @Test
    void withoutAnIndexNothingIsShown() {
        FeedDefinition open = FeedDefinition.builder("shared").build();
        State state = next(open, null, Map.of("userdb-a/1", new Shared(0, Set.of("*"), Set.of())));

        assertThatThrownBy(() -> state.served().indexes().acl()).isInstanceOf(IllegalStateException.class);
    }
}
