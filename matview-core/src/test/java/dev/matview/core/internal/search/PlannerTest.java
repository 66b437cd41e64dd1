package dev.matview.core.internal.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.plan.OrderedWalk;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Planner;
import dev.matview.core.internal.plan.RowsOfKey;
import dev.matview.core.internal.plan.Suggestion;
import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which way is chosen, of 1,000 rows by 20 authors, with 10 tags, half of which are marked. */
class PlannerTest {

    private static final FeedDefinition FEED = FeedDefinition.builder("posts")
            .fields("_id", "author", "tag", "n", "marked", "labels")
            .indexes("[[\"author\"],[\"tag\",{\"n\":\"desc\"}],[\"n\"],[\"labels\"]]")
            .build();

    /** The same, newest first. */
    private static final FeedDefinition SORTED = FeedDefinition.builder("posts")
            .fields("_id", "author", "tag", "n", "marked", "labels")
            .sort("[{\"n\":\"desc\"}]")
            .indexes("[[\"author\",{\"n\":\"desc\"}],[\"tag\",\"n\"],[\"author\",{\"n\":\"desc\"},\"tag\"],"
                    + "[\"labels\",\"author\",{\"n\":\"desc\"}]]")
            .build();

    private static final Served SERVED = served(FEED);

    private static final Served SERVED_SORTED = served(SORTED);

    private static Served served(FeedDefinition feed) {
        Map<String, Map<String, Optional<ObjectNode>>> posts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            ObjectNode post = Json.object()
                    .put("_id", "p" + i)
                    .put("author", "a" + i % 20)
                    .put("tag", "t" + i % 10)
                    .put("n", i)
                    .put("marked", i % 2 == 0)
                    .put("unlisted", i);
            if (i % 100 == 0) {
                post.putArray("labels").add("x");
            } else {
                post.put("labels", i % 50 == 1 ? "x" : "y");
            }
            posts.computeIfAbsent("userdb-" + i % 7, name -> new HashMap<>()).put("p" + i, Optional.of(post));
        }
        return new IndexedView(feed).next(posts);
    }

    private static Query query(String selector, String sort) {
        return Query.builder()
                .selector(selector.replace('\'', '"'))
                .sort(SortOrder.compile(Json.parse(sort.replace('\'', '"'))))
                .limit(10)
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'author': 'a1'}|[]|author OF_FEED of 50",
                "{'author': 'a1', 'marked': true}|[]|author OF_FEED tested of 50",
                "{'author': 'none'}|[]|author OF_FEED of 0",
                "{'author': {'$in': ['a1', 'a2']}}|[]|author NONE of 100",
                "{'author': 'a1'}|['_id']|author FORWARD of 50",
                "{'author': 'a1'}|['author']|author FORWARD of 50",
                "{'author': 'a1'}|[{'author': 'desc'}]|author BACKWARD of 50",
                "{'author': 'a1'}|['marked']|author NONE of 50",
                "{'tag': 't1'}|[{'n': 'desc'}]|tag FORWARD of 100",
                "{'tag': 't1'}|[{'tag': 'desc'}, 'n']|tag BACKWARD of 100",
                "{'tag': 't1', 'n': {'$gte': 900}}|[]|tag NONE of 10",
                "{'tag': 't1', 'n': {'$gte': 900, '$lt': 950}}|['n']|tag BACKWARD of 5",
                "{'tag': 't1', 'n': 901}|[]|tag OF_FEED of 1",
                "{}|['n']|n FORWARD of 1000",
                "{'marked': true}|[{'n': 'desc'}]|n BACKWARD tested of 1000",
                "{'n': {'$gt': 989}}|['marked']|n NONE of 10",
                "{'labels': 'x'}|[]|labels OF_FEED of 20",
                "{'labels': {'$in': ['x']}}|[]|labels NONE tested of 30",
                "{'n': {'$gt': 100}}|['marked']|",
                "{'tag': 't1'}|[]|",
                "{'$or': [{'author': 'a1'}, {'author': 'a2'}]}|[]|",
                "{'author': {'$exists': false}}|[]|",
                "{'marked': true}|[]|"
            })
    void theCheapestWayIsChosen(String selector, String sort, String chosen) {
        Optional<Plan<Index>> plan =
                Planner.plan(query(selector, sort), SERVED.indexes().all(), FEED, 1_000, Budget.unlimited());

        assertThat(plan.map(PlannerTest::shown).orElse(null)).isEqualTo(chosen);
    }

    /** All rows have what the feed is sorted by, and an index that ends in it keeps its order. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'author': 'a1'}|[]|author OF_FEED of 50",
                "{'author': {'$in': ['a1']}}|[]|author OF_FEED of 50",
                "{'author': 'a1', 'marked': true}|[]|author OF_FEED tested of 50",
                "{'author': 'a1', 'n': {'$gte': 900}}|[]|author OF_FEED of 5",
                "{'author': {'$in': ['a1', 'a2']}}|[]|author NONE of 100",
                "{'labels': 'x', 'author': 'a1'}|[]|labels OF_FEED of 10",
                "{'tag': 't1', 'n': {'$gte': 900}}|[]|tag NONE of 10",
                "{'tag': 't1'}|['n']|tag FORWARD of 100",
                "{'n': {'$gte': 900}}|[]|",
                "{}|[{'n': 'desc'}]|",
            })
    void whatTheFeedIsSortedByIsInAnIndexToo(String selector, String sort, String chosen) {
        Optional<Plan<Index>> plan =
                Planner.plan(query(selector, sort), SERVED_SORTED.indexes().all(), SORTED, 1_000, Budget.unlimited());

        assertThat(plan.map(PlannerTest::shown).orElse(null)).isEqualTo(chosen);
    }

    @Test
    void anIndexWouldHelpThatKeepsTheFeedsOrder() {
        Query query = query("{'marked': true, 'n': {'$gt': 3}}", "[]");

        assertThat(Suggestion.of(query, SORTED, null).map(Object::toString)).contains("[\"marked\",{\"n\":\"desc\"}]");
    }

    private static String shown(Plan<?> plan) {
        return plan.index().order().fields().get(0) + " " + plan.order() + (plan.isTested() ? " tested" : "") + " of "
                + plan.rows();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'marked': true}|[]|['marked']",
                "{'n': {'$gt': 3}, 'marked': true, 'tag': {'$in': ['a']}}|[]|['marked','tag','n']",
                "{'marked': true}|[{'n': 'desc'}]|['marked',{'n':'desc'}]",
                "{'marked': true, 'n': 3}|['n']|['marked','n']",
                "{'unlisted': 3}|[]|",
                "{'$or': [{'author': 'a1'}, {'author': 'a2'}]}|[]|",
                "{'author': {'$in': ['a1']}}|[]|",
                "{'tag': 't1'}|[]|['tag']"
            })
    void theIndexThatWouldHelpIsTold(String selector, String sort, String helpful) {
        String told = Suggestion.of(query(selector, sort), FEED, null)
                .map(index -> index.toString().replace('"', '\''))
                .orElse(null);

        assertThat(told).isEqualTo(helpful);
    }

    private static Plan<Index> way(String selector, String sort, Plan.Order order) {
        return Planner.ways(query(selector, sort), SERVED.indexes().all(), FEED, Budget.unlimited()).stream()
                .filter(plan -> plan.order() == order)
                .findFirst()
                .orElseThrow();
    }

    /** The caller who may read few of them would hold up others. */
    @Test
    void rowsOfAKeyThatAreNotShownArePaidFor() {
        RowsOfKey rows = new RowsOfKey(way("{'author': 'a1'}", "[]", Plan.Order.OF_FEED), row -> false);

        assertThatThrownBy(() -> rows.page(null, 0, 10, Budget.ofSteps(49))).isInstanceOf(BudgetSpentException.class);
        assertThat(rows.page(null, 0, 10, Budget.ofSteps(50))).isEmpty();
    }

    /** Their ranges begin where those of the next value do. */
    @Test
    void valuesThatNoRowHasDoNotHideWhereARowStands() {
        String absent = IntStream.range(0, 20).mapToObj(i -> "'a1z" + i + "',").collect(Collectors.joining());
        OrderedWalk walk = new OrderedWalk(
                way("{'author': {'$in': [" + absent + "'a1', 'a2']}}", "['author']", Plan.Order.FORWARD));
        List<Row> rows = walk.rows(0, 100);

        assertThat(rows).hasSize(100);
        for (int i = 0; i < 100; i++) {
            assertThat(walk.follower(rows.get(i), Budget.unlimited())).isEqualTo(i + 1);
        }
    }

    @Test
    void noIndexIsProposedThatWouldHaveTooManyFields() {
        String equalities =
                IntStream.range(0, 40).mapToObj(i -> "'n" + i + "': 1").collect(Collectors.joining(","));

        assertThat(Suggestion.of(
                        query("{" + equalities + "}", "[]"),
                        FeedDefinition.builder("posts").build(),
                        null))
                .isEmpty();
    }
}
