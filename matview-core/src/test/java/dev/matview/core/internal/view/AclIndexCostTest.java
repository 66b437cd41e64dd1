package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an index over ACLs costs, counted in steps, and what it weighs. */
class AclIndexCostTest extends AclFixture {

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
