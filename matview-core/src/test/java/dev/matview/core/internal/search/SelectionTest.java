package dev.matview.core.internal.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.ListedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.BudgetSpentException.Reason;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a search is paid for, by one asker after another. */
@Timeout(60)
class SelectionTest {

    private static final long ENOUGH = 1_000_000;
    private static final long MEMORY = 1 << 20;

    private static Row row(int number, ObjectNode document) {
        document.put("n", number);
        String id = String.format("%06d", number);
        return new Row("userdb-a", id, SortOrder.none().key(document.put("_id", id)), Json.bytes(document), null);
    }

    private static List<Row> rows(int count) {
        return IntStream.range(0, count).mapToObj(n -> row(n, Json.object())).toList();
    }

    private static List<Integer> numbers(List<Row> rows) {
        List<Integer> numbers = new ArrayList<>();
        rows.forEach(
                row -> numbers.add(Json.parseObject(row.document()).get("n").intValue()));
        return numbers;
    }

    private static Query query(String selector) {
        return Query.builder().selector(selector).build();
    }

    private static Query sorted(String sort) {
        return Query.builder().sort(SortOrder.compile(Json.parse(sort))).build();
    }

    /** One, with the rows that it is of. */
    private record Searched(Selection<?> selection, RowList rows) {
        long bytes() {
            return selection.bytes();
        }
    }

    private static Searched selection(Query query, List<Row> rows, long mostBytes) {
        Selection<?> selection = Selection.of(query, mostBytes);
        return new Searched(selection, selection.over(new ListedRows(rows)));
    }

    private static List<Row> page(Searched selection, int from, int limit, Budget budget) {
        return selection.rows().after(null, from, budget).next(limit, budget);
    }

    private static Reason refused(Searched selection, long steps) {
        return catchThrowableOfType(BudgetSpentException.class, () -> page(selection, 0, 10, Budget.ofSteps(steps)))
                .reason();
    }

    @Test
    void theNextAskerGoesOnWhereTheBudgetEnded() {
        Searched selection = selection(query("{\"n\":{\"$gte\":995}}"), rows(1_000), MEMORY);
        int asked = 0;
        List<Row> found = null;
        while (found == null) {
            asked++;
            try {
                found = page(selection, 0, 5, Budget.ofSteps(300));
            } catch (BudgetSpentException spent) {
                assertThat(asked).isLessThan(100);
            }
        }

        assertThat(numbers(found)).containsExactly(995, 996, 997, 998, 999);
        assertThat(asked).isGreaterThan(5);
    }

    @Test
    void whatWasFoundIsThereForThoseWhoWantNoMore() {
        Searched selection = selection(query("{\"n\":{\"$in\":[0, 1, 999]}}"), rows(1_000), MEMORY);

        assertThat(numbers(page(selection, 0, 2, Budget.ofSteps(100)))).containsExactly(0, 1);
        assertThat(refused(selection, 300)).isEqualTo(Reason.STEPS);
        assertThat(numbers(page(selection, 0, 2, Budget.ofSteps(1)))).containsExactly(0, 1);
    }

    private static List<Row> rowsWithACostlyOne(int at) {
        List<Row> rows = new ArrayList<>(rows(100));
        ObjectNode costly = Json.object();
        var elements = costly.putArray("a");
        IntStream.range(0, 100_000).forEach(elements::add);
        rows.set(at, row(at, costly));
        return rows;
    }

    /** Nobody is held up by it for ever, and nobody pays for it again and again. */
    @Test
    void aRowThatNobodyCanPayForFailsEachTimeAndAtOnce() {
        Query query = query("{\"$or\":[{\"n\":{\"$lt\":50}},{\"a\":{\"$elemMatch\":{\"$lt\":0}}}]}");
        List<Row> rows = rowsWithACostlyOne(50);
        Searched selection = selection(query, rows, MEMORY);
        long tooFew = 50_000;

        assertThat(numbers(page(selection, 0, 50, Budget.ofSteps(tooFew)))).hasSize(50);
        for (int asked = 0; asked < 5; asked++) {
            Budget budget = Budget.ofSteps(tooFew);
            assertThatThrownBy(() -> page(selection, 0, 100, budget)).isInstanceOf(BudgetSpentException.class);
        }
        Row costly = rows.get(50);
        byte[] document = costly.document().clone();
        java.util.Arrays.fill(costly.document(), (byte) '?');
        assertThatThrownBy(() -> page(selection, 0, 100, Budget.ofSteps(tooFew)))
                .as("it is not even looked at")
                .isInstanceOf(BudgetSpentException.class);
        System.arraycopy(document, 0, costly.document(), 0, document.length);
        Searched sameAgain = selection(query, rowsWithACostlyOne(50), MEMORY);
        assertThatThrownBy(() -> page(sameAgain, 0, 100, Budget.ofSteps(tooFew)))
                .as("whoever asks first")
                .isInstanceOf(BudgetSpentException.class);
        assertThat(numbers(page(selection, 0, 50, Budget.ofSteps(tooFew))))
                .as("pages before it")
                .hasSize(50);
        assertThat(page(selection, 0, 100, Budget.ofSteps(ENOUGH)))
                .as("who can pay")
                .hasSize(50);
    }

    @Test
    void aRowOfWhichOnlyTheRestWasPaidForIsTriedAgain() {
        Query query = query("{\"$or\":[{\"n\":{\"$gt\":97}},{\"a\":{\"$elemMatch\":{\"$lt\":0}}}]}");
        Searched selection = selection(query, rowsWithACostlyOne(50), MEMORY);
        assertThat(refused(selection, 20_000)).isEqualTo(Reason.STEPS);

        assertThat(numbers(page(selection, 0, 2, Budget.ofSteps(200_000)))).containsExactly(98, 99);
    }

    @Test
    void aRowThatARegexCostsTooMuchOnFailsEachTime() {
        List<Row> rows = new ArrayList<>(rows(10));
        rows.set(5, row(5, Json.object().put("s", "a".repeat(5_000) + "!")));
        Searched selection =
                selection(query("{\"$or\":[{\"n\":{\"$lt\":5}},{\"s\":{\"$regex\":\"^(a+)+$\"}}]}"), rows, MEMORY);

        for (int asked = 0; asked < 3; asked++) {
            assertThatThrownBy(() -> page(selection, 0, 10, Budget.ofSteps(ENOUGH)))
                    .isInstanceOfSatisfying(
                            MangoException.class,
                            refused -> assertThat(refused.error()).isEqualTo("regex_too_expensive"));
        }
        assertThat(page(selection, 0, 5, Budget.ofSteps(ENOUGH))).hasSize(5);
    }

    @Test
    void aSortIsPaidForInPiecesToo() {
        List<Row> rows = new ArrayList<>(rows(20_000));
        java.util.Collections.shuffle(rows, new Random(1));
        Searched selection = selection(sorted("[{\"n\":\"desc\"}]"), rows, 100 * MEMORY);
        List<Row> found = null;
        int asked = 0;
        while (found == null) {
            asked++;
            try {
                found = page(selection, 19_990, 100, Budget.ofSteps(30_000));
            } catch (BudgetSpentException spent) {
                assertThat(asked).isLessThan(50);
            }
        }

        assertThat(numbers(found)).containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        assertThat(asked).isGreaterThan(3);
    }

    @Test
    void rowsOfOneKeyAreInTheOrderOfTheView() {
        List<Row> rows = rows(5_000);
        Searched selection = selection(sorted("[\"none\"]"), rows, 100 * MEMORY);
        assertThat(page(selection, 0, 10, Budget.ofSteps(ENOUGH))).isEmpty();

        Query same =
                Query.builder().sort(SortOrder.compile(Json.parse("[\"k\"]"))).build();
        List<Row> equal = IntStream.range(0, 5_000)
                .mapToObj(n -> row(n, Json.object().put("k", n % 3)))
                .toList();
        List<Row> found = page(selection(same, equal, 100 * MEMORY), 0, 5_000, Budget.ofSteps(ENOUGH));

        assertThat(found)
                .isSortedAccordingTo(Comparator.<Row, Integer>comparing(
                                row -> Json.parseObject(row.document()).get("k").intValue())
                        .thenComparing(row -> row));
    }

    @Test
    void whatIsSortedByTakesNoMoreMemoryThanItMay() {
        List<Row> rows = IntStream.range(0, 100)
                .mapToObj(n -> row(n, Json.object().put("s", "x".repeat(100_000))))
                .toList();
        Searched selection = selection(sorted("[\"s\"]"), rows, MEMORY);

        for (int asked = 0; asked < 2; asked++) {
            assertThatThrownBy(() -> page(selection, 0, 10, Budget.ofSteps(100 * ENOUGH)))
                    .isInstanceOfSatisfying(
                            QueryTooLargeException.class,
                            refused -> assertThat(refused.error()).isEqualTo("sort_too_large"));
        }
        assertThat(selection.bytes()).isLessThan(10_000);
    }

    /** The one who waits has all of its own time when its turn comes; a hot one does not wait. */
    @Test
    void whoWaitsForAnotherTakesNoTimeOfItsOwn() throws Exception {
        ManualScheduler clock = new ManualScheduler();
        CompletableFuture<Void> searching = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        List<Row> rows = new java.util.AbstractList<>() {
            private final List<Row> all = rows(100);

            @Override
            public Row get(int index) {
                if (index == 50 && !goOn.isDone()) {
                    searching.complete(null);
                    goOn.join();
                }
                return all.get(index);
            }

            @Override
            public int size() {
                return all.size();
            }
        };
        Searched selection = selection(query("{\"n\":99}"), rows, MEMORY);
        CompletableFuture<List<Row>> first =
                CompletableFuture.supplyAsync(() -> page(selection, 0, 1, Budget.ofSteps(ENOUGH)));
        searching.get(10, TimeUnit.SECONDS);

        assertThat(catchThrowableOfType(BudgetSpentException.class, () -> page(selection, 0, 1, Budget.hot(ENOUGH)))
                        .reason())
                .isEqualTo(Reason.WAIT);
        Budget patient = Budget.of(ENOUGH, Duration.ofMillis(100), Duration.ofMinutes(1), clock);
        CompletableFuture<List<Row>> second = CompletableFuture.supplyAsync(() -> {
            patient.begin();
            return page(selection, 0, 1, patient);
        });
        org.awaitility.Awaitility.await()
                .until(() -> patient.waitLeft().compareTo(Duration.ofMinutes(1)) < 0 || waits(clock, patient));
        goOn.complete(null);

        assertThat(numbers(first.get(10, TimeUnit.SECONDS))).containsExactly(99);
        assertThat(numbers(second.get(10, TimeUnit.SECONDS))).containsExactly(99);
        assertThat(patient.waitLeft()).isLessThan(Duration.ofMinutes(1));
    }

    private static boolean waits(ManualScheduler clock, Budget patient) {
        clock.advance(Duration.ofSeconds(1));
        return patient.waitLeft().compareTo(Duration.ofMinutes(1)) < 0;
    }
}
