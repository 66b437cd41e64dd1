package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
class AclIndexTest {

    private static final String A = "did:a";
    private static final List<String> DATABASES = List.of("userdb-a", "userdb-b", "userdb-c");
    private static final List<String> IDS = List.of("1", "2", "3");
    private static final Caller ALICE = new Caller(A, "userdb-a");
    private static final List<Caller> CALLERS = Stream.of(A, "did:b", "did:x", null)
            .flatMap(did -> Stream.of("userdb-a", "userdb-b", "userdb-x", null).map(own -> new Caller(did, own)))
            .toList();

    /** The one rule there is names those who have the DID of an adult. */
    private static final CertificateRules ADULTS = new CertificateRules() {
        @Override
        public boolean allows(JsonNode rule, Caller caller) {
            return A.equals(caller.did());
        }

        @Override
        public boolean denies(JsonNode rule, Caller caller) {
            return allows(rule, caller);
        }
    };

    /**
     * A document.
     *
     * @param allow null for a row that was made without an ACL
     */
    record Shared(int key, @Nullable Set<String> allow, Set<String> deny) {

        @Nullable
        Acl acl() {
            if (allow == null) {
                return null;
            }
            Map<String, Collection<?>> read = Map.of("allow", entries(allow), "deny", entries(deny));
            return Acl.ofRead(Json.MAPPER.valueToTree(read));
        }

        private static List<Object> entries(Set<String> names) {
            return names.stream()
                    .<Object>map(name -> name.equals("adult") ? Map.of("is", name) : name)
                    .toList();
        }

        boolean mayRead(String owner, Caller caller) {
            if (allow == null || names(deny, caller)) {
                return false;
            }
            return owner.equals(caller.database()) || names(allow, caller);
        }

        private static boolean names(Set<String> entries, Caller caller) {
            return entries.contains("*")
                    || entries.contains(String.valueOf(caller.did()))
                    || (entries.contains("adult") && A.equals(caller.did()));
        }
    }

    /** Documents that are put by their databases and ids; null deletes one. */
    record Step(Map<String, @Nullable Shared> changes) {}

    @Provide
    Arbitrary<List<Step>> history() {
        Arbitrary<Set<String>> entries =
                Arbitraries.of("*", A, "did:b", "did:c", "adult").set().ofMaxSize(3);
        Arbitrary<Shared> document = Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        entries.injectNull(0.1),
                        Arbitraries.oneOf(Arbitraries.just(Set.<String>of()), entries))
                .as(Shared::new);
        Arbitrary<String> key = Combinators.combine(Arbitraries.of(DATABASES), Arbitraries.of(IDS))
                .as((database, id) -> database + "/" + id);
        return Arbitraries.maps(key, document.injectNull(0.15))
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    /** A generation that was served, and all its documents. */
    private record State(Served served, Map<String, Shared> documents) {

        List<Row> rows() {
            List<Row> rows = new ArrayList<>();
            documents.forEach((key, shared) -> rows.add(row(key, shared)));
            rows.sort(null);
            return rows;
        }

        List<Row> visible(Caller caller) {
            return rows().stream()
                    .limit(served.feed().limit().orElse(Integer.MAX_VALUE))
                    .filter(row ->
                            documents.get(row.database() + "/" + row.id()).mayRead(row.database(), caller))
                    .toList();
        }
    }

    private static Row row(String key, Shared shared) {
        String[] parts = key.split("/");
        return new Row(
                parts[0],
                parts[1],
                new byte[] {(byte) (shared.key() >> 8), (byte) shared.key()},
                Json.bytes(Json.object().put("k", shared.key())),
                shared.acl());
    }

    private static FeedDefinition feed(@Nullable Integer limit) {
        FeedDefinition.Builder feed = FeedDefinition.builder("shared").access(Access.ACL);
        return (limit == null ? feed : feed.limit(limit)).build();
    }

    private static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.ofEpochSecond(generation), 3, 0);
    }

    private static State next(FeedDefinition feed, @Nullable State before, Map<String, @Nullable Shared> changes) {
        Map<String, Shared> documents = before == null ? new TreeMap<>() : new TreeMap<>(before.documents());
        Map<String, List<Row>> put = new TreeMap<>();
        Map<String, Set<String>> removed = new TreeMap<>();
        changes.forEach((key, shared) -> {
            String database = key.split("/")[0];
            put.computeIfAbsent(database, name -> new ArrayList<>());
            removed.computeIfAbsent(database, name -> new HashSet<>());
            if (shared == null) {
                if (documents.remove(key) != null) {
                    removed.get(database).add(key.split("/")[1]);
                }
            } else {
                documents.put(key, shared);
                put.get(database).add(row(key, shared));
            }
        });
        long base = before == null ? 0 : before.served().generation().head().generation();
        Position position = new Position("" + base, "0", "i");
        List<SliceDelta> slices = put.keySet().stream()
                .map(database -> new SliceDelta(database, position, put.get(database), removed.get(database)))
                .toList();
        ViewDelta delta = new ViewDelta("v", base, base == 0, head(base + 1), slices, Set.of());
        Snapshot snapshot = before == null
                ? Snapshot.of(delta)
                : ((Snapshot) before.served().generation()).apply(delta);
        Served served = ServedGenerations.of(feed, snapshot, before == null ? null : before.served());
        return new State(served, documents);
    }

    private static List<State> states(FeedDefinition feed, List<Step> steps) {
        List<State> states = new ArrayList<>();
        State last = null;
        for (Step step : steps) {
            last = next(feed, last, step.changes());
            states.add(last);
        }
        return states;
    }

    private static OrderedRows visible(State state, Caller caller) {
        return visible(state.served(), caller, Budget.unlimited());
    }

    private static OrderedRows visible(Served served, Caller caller, Budget budget) {
        AclIndex index = served.indexes().acl();
        return index.visible(caller, index.ruledFor(caller, ADULTS, budget));
    }

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

    /** A feed's rows, of which each is made by its number. */
    private static State large(int rows, IntFunction<Shared> shared) {
        Map<String, Shared> documents = new TreeMap<>();
        IntStream.range(0, rows)
                .forEach(number -> documents.put("userdb-%d/%d".formatted(number % 100, number), shared.apply(number)));
        return next(feed(null), null, documents);
    }

    private static Set<String> everybody() {
        return Set.of("*");
    }

    private static long steps(Consumer<Budget> work) {
        Budget budget = Budget.ofSteps(10_000_000);
        work.accept(budget);
        return 10_000_000 - budget.stepsLeft();
    }

    @Test
    void aPageAfterARowHasChangedCostsThePageAndNotTheRows() {
        State first = large(
                50_000,
                n -> new Shared(
                        n, n % 3 == 0 ? everybody() : n % 3 == 1 ? Set.of("did:" + n % 70) : Set.of(), Set.of()));
        State changed = next(
                first.served().feed(), first, Map.of("userdb-7/7", new Shared(7, Set.of("did:a"), Set.of("did:3"))));
        AclIndex before = first.served().indexes().acl();
        AclIndex after = changed.served().indexes().acl();

        assertThat(after.allReferences()).isGreaterThan(60_000);
        assertThat(after.referencesNotSharedWith(before)).isLessThan(3_000);
        assertThat(before.referencesNotSharedWith(after)).isLessThan(3_000);
        for (Caller caller : List.of(ALICE, new Caller("did:13", "userdb-13"), Caller.anonymous())) {
            assertThat(steps(budget -> assertThat(
                                    visible(changed.served(), caller, budget).page(null, 0, 100, budget))
                            .hasSize(100)))
                    .isLessThan(300);
            assertThat(steps(budget -> assertThat(
                                    visible(changed.served(), caller, budget).page(null, 12_345, 100, budget))
                            .hasSize(100)))
                    .isLessThan(1_500);
        }
    }

    @Test
    void aGenerationThatIsPinnedWeighsWhatItsIndexDoesNotShare() {
        State first = large(5_000, n -> new Shared(n, everybody(), Set.of()));
        State same = next(first.served().feed(), first, Map.of());
        State closed = next(
                first.served().feed(),
                first,
                IntStream.range(0, 100)
                        .boxed()
                        .collect(Collectors.toMap(
                                n -> "userdb-%d/%d".formatted(n, n), n -> new Shared(n, Set.of(), Set.of()))));
        ViewIndexes indexes = first.served().indexes();

        assertThat(indexes.referencesNotSharedWith(same.served().indexes())).isZero();
        assertThat(closed.served().indexes().referencesNotSharedWith(indexes)).isBetween(100L, 1_000L);
    }

    /** Whoever is denied the most is not to pay for it. */
    @Test
    void manyRowsThatDenyTheCallerArePassedOverInFewSteps() {
        State state = large(
                50_000, n -> new Shared(n, everybody(), n % 10_000 == 9_999 ? Set.of() : Set.of("did:a", "did:b")));

        long steps = steps(
                budget -> assertThat(visible(state.served(), ALICE, budget).page(null, 0, 10, budget))
                        .hasSize(5));

        assertThat(steps).isLessThan(300);
    }

    @Test
    void rulesAreAskedOnlyForRowsThatHaveSome() {
        AtomicInteger asked = new AtomicInteger();
        CertificateRules counting = new CertificateRules() {
            @Override
            public boolean allows(JsonNode rule, Caller caller) {
                asked.incrementAndGet();
                return true;
            }

            @Override
            public boolean denies(JsonNode rule, Caller caller) {
                asked.incrementAndGet();
                return false;
            }
        };
        State state = large(1_000, n -> switch (n % 100) {
            case 0 -> new Shared(n, Set.of("adult"), Set.of());
            case 1 -> new Shared(n, Set.of(), Set.of("adult"));
            // Whatever the rules say, the others decide.
            case 2 -> new Shared(n, Set.of("adult"), Set.of("*"));
            case 3 -> new Shared(n, Set.of("*", "adult"), Set.of());
            default -> new Shared(n, everybody(), Set.of());
        });
        AclIndex index = state.served().indexes().acl();

        index.ruledFor(ALICE, counting, Budget.unlimited());

        assertThat(asked).hasValue(20);
        asked.set(0);
        assertThatThrownBy(() -> index.ruledFor(ALICE, counting, Budget.hot(19)))
                .isInstanceOf(BudgetSpentException.class);
        assertThat(asked).hasValue(0);
    }
}
