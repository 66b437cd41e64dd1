package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Row;
import dev.matview.testkit.SliceReader.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every {@link dev.matview.core.spi.Aggregator} does. A backend extends this class and gives what
 * {@link AggregatorHarness} asks for; nothing here depends on how fast it is. The tests in this file are about what is
 * found in databases that nobody else changes meanwhile, the rest is inherited.
 */
public abstract class AggregatorContract extends AggregatorRowsContract {

    @Test
    void everyCoveredDatabaseIsReportedOnce() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        create(CAROL);
        SliceReader reader = reader();

        Report report = reader.read(posts());

        assertThat(report.covers).isEqualTo(3);
        assertThat(report.moved).containsOnlyKeys(db(ALICE), db(BOB), db(CAROL));
        assertThat(report.unmoved).isEmpty();
        assertThat(report.failed).isEmpty();
        assertThat(report.gone).isEmpty();
        assertThat(reader.slice(posts(), db(CAROL)).rows()).isEmpty();
    }

    @Test
    void aDatabaseInWhichNothingMovedIsNotReadAgain() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        create(CAROL);
        SliceReader reader = reader();
        reader.read(posts());

        Report again = reader.read(posts());

        assertThat(again.covers).isEqualTo(3);
        assertThat(again.unmoved).containsExactlyInAnyOrder(db(ALICE), db(BOB), db(CAROL));
        assertThat(again.moved).isEmpty();
    }

    @Test
    void onlyTheDatabaseThatMovedIsReadAgain() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        put(BOB, post("p2"));

        Report report = reader.read(posts());

        assertThat(report.moved).containsOnlyKeys(db(BOB));
        assertThat(report.unmoved).containsExactly(db(ALICE));
        assertThat(ids(reader.slice(posts(), db(BOB)).rows())).containsExactlyInAnyOrder("p1", "p2");
    }

    @Test
    void thereMayBeNoDatabaseAtAll() throws Exception {
        Report report = reader().read(posts());

        assertThat(report.covers).isZero();
        assertThat(report.moved).isEmpty();
    }

    @Test
    void documentsOfTwoUsersWithOneIdBothAppear() throws Exception {
        put(ALICE, "{\"_id\":\"p1\",\"type\":\"post\",\"content\":\"of alice\"}");
        put(BOB, "{\"_id\":\"p1\",\"type\":\"post\",\"content\":\"of bob\"}");
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(reader.rows(posts()))
                .extracting(Row::database, row -> json(row).path("content").textValue())
                .containsExactlyInAnyOrder(tuple(db(ALICE), "of alice"), tuple(db(BOB), "of bob"));
    }

    @Test
    void onlyDocumentsThatMatchMakeRows() throws Exception {
        put(ALICE, post("p1"));
        put(ALICE, "{\"_id\":\"e1\",\"type\":\"event\"}");
        put(ALICE, "{\"_id\":\"x\"}");
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(ids(reader.rows(posts()))).containsExactly("p1");
    }

    @Test
    void aDeletedDocumentLeavesTheSlice() throws Exception {
        put(ALICE, post("p1"));
        put(ALICE, post("p2"));
        SliceReader reader = reader();
        reader.read(posts());
        delete(ALICE, "p1");

        reader.read(posts());

        assertThat(ids(reader.rows(posts()))).containsExactly("p2");
    }

    @Test
    void aDocumentThatStopsMatchingLeavesTheSlice() throws Exception {
        put(ALICE, post("p1"));
        put(ALICE, post("p2"));
        SliceReader reader = reader();
        reader.read(posts());
        put(ALICE, "{\"_id\":\"p1\",\"type\":\"draft\"}");

        reader.read(posts());

        assertThat(ids(reader.rows(posts()))).containsExactly("p2");
    }

    @Test
    void aPurgedDocumentLeavesTheSlice() throws Exception {
        put(ALICE, post("p1"));
        put(ALICE, post("p2"));
        SliceReader reader = reader();
        reader.read(posts());
        purge(ALICE, "p1");

        Report report = reader.read(posts());

        assertThat(report.moved).containsOnlyKeys(db(ALICE));
        assertThat(ids(reader.rows(posts()))).containsExactly("p2");
    }

    @Test
    void anEditedDocumentShowsItsNewState() throws Exception {
        put(ALICE, "{\"_id\":\"p1\",\"type\":\"post\",\"content\":\"old\"}");
        SliceReader reader = reader();
        reader.read(posts());
        put(ALICE, "{\"_id\":\"p1\",\"type\":\"post\",\"content\":\"new\"}");
        reader.read(posts());

        assertThat(reader.rows(posts()))
                .extracting(row -> json(row).path("content").textValue())
                .containsExactly("new");
    }

    @Test
    void aDroppedDatabaseIsGoneOnce() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        drop(ALICE);

        Report report = reader.read(posts());
        Report later = reader.read(posts());

        assertThat(report.gone).containsExactly(db(ALICE));
        assertThat(report.covers).isEqualTo(1);
        assertThat(reader.slices(posts())).containsOnlyKeys(db(BOB));
        assertThat(later.gone).isEmpty();
    }

    @Test
    void theLastDatabaseCanBeDropped() throws Exception {
        put(ALICE, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        drop(ALICE);

        assertThat(aggregateGone(reader)).containsExactly(db(ALICE));
    }

    private List<String> aggregateGone(SliceReader reader) throws InterruptedException {
        return reader.read(posts()).gone;
    }

    @Test
    void aDatabaseMadeAgainShowsNothingOfTheOneBefore() throws Exception {
        put(ALICE, post("old1"));
        put(ALICE, post("old2"));
        SliceReader reader = reader();
        reader.read(posts());
        drop(ALICE);
        put(ALICE, post("new1"));
        put(ALICE, post("new2"));

        Report report = reader.read(posts());

        assertThat(report.moved).containsOnlyKeys(db(ALICE));
        assertThat(ids(reader.rows(posts()))).containsExactly("new1", "new2");
    }

    @Test
    void aNewDatabaseIsFound() throws Exception {
        put(ALICE, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        put(BOB, post("p1"));

        Report report = reader.read(posts());

        assertThat(report.moved).containsOnlyKeys(db(BOB));
        assertThat(report.covers).isEqualTo(2);
    }

    @Test
    void allMatchingDocumentsAreFoundHoweverManyThereAre() throws Exception {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            documents.add(i % 2 == 0 ? post("p" + i) : "{\"_id\":\"x" + i + "\",\"type\":\"other\"}");
        }
        putAll(ALICE, documents);
        putAll(BOB, documents.subList(0, 60));
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(reader.slice(posts(), db(ALICE)).rows()).hasSize(1_250);
        assertThat(reader.slice(posts(), db(BOB)).rows()).hasSize(30);
    }

    @Test
    void oddDatabaseNamesAndIdsWork() throws Exception {
        for (String name : oddNames()) {
            putAll(name, oddIds().stream().map(id -> "{\"_id\":\"" + id + "\"}").toList());
        }
        SliceReader reader = reader();
        FeedDefinition feed = feed("all").build();
        reader.read(feed);

        assertThat(reader.slices(feed).keySet())
                .containsExactlyInAnyOrderElementsOf(
                        oddNames().stream().map(this::db).toList());
        for (String name : oddNames()) {
            List<String> found = ids(reader.slice(feed, db(name)).rows());
            assertThat(found.stream().map(id -> MAPPER.valueToTree(id).toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            oddIds().stream().map(id -> "\"" + id + "\"").toList());
        }
        assertThat(reader.read(feed).unmoved).hasSameSizeAs(oddNames());
    }

    @Test
    void aFeedCoversTheDatabasesOfItsPatterns() throws Exception {
        for (String name : List.of("team-red", "team-blue", ALICE, BOB)) {
            put(name, post("p1"));
        }
        SliceReader reader = reader();
        FeedDefinition teams =
                FeedDefinition.builder("teams").databases(db("team-*")).build();
        FeedDefinition exact = FeedDefinition.builder("exact")
                .databases(db(ALICE), db("nobody"))
                .build();
        FeedDefinition several = FeedDefinition.builder("several")
                .databases(db("*-red"), db("t*"), db(BOB))
                .build();
        Map<String, Report> reports = reader.readAll(teams, exact, several);

        assertThat(reader.slices(teams)).containsOnlyKeys(db("team-red"), db("team-blue"));
        assertThat(reader.slices(exact)).containsOnlyKeys(db(ALICE));
        assertThat(reader.slices(several)).containsOnlyKeys(db("team-red"), db("team-blue"), db(BOB));
        assertThat(reports)
                .hasEntrySatisfying(
                        "several", report -> assertThat(report.covers).isEqualTo(3));
    }

    @Test
    void aDatabaseThatIsNoLongerCoveredIsGone() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        FeedDefinition narrower =
                FeedDefinition.builder("posts").databases(db(ALICE)).build();

        Report report = reader.read(narrower);

        assertThat(report.gone).containsExactly(db(BOB));
        assertThat(report.unmoved).containsExactly(db(ALICE));
    }

    @Test
    void eachFeedIsToldWhatMovedForIt() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        SliceReader reader = reader();
        FeedDefinition late = feed("late").build();
        reader.read(posts());

        Map<String, Report> reports = reader.readAll(posts(), late);

        assertThat(reports)
                .hasEntrySatisfying(
                        "posts", report -> assertThat(report.unmoved).containsExactlyInAnyOrder(db(ALICE), db(BOB)))
                .hasEntrySatisfying("late", report -> assertThat(report.moved).containsOnlyKeys(db(ALICE), db(BOB)));
    }

    @Test
    void aClosedAggregatorRefuses() throws Exception {
        put(ALICE, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        aggregator().close();
        put(ALICE, post("p2"));

        assertThatThrownBy(() -> reader.read(posts())).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> aggregator().fetch(db(ALICE), Set.of("p1"))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> aggregator().read(db(ALICE), document -> true)).isInstanceOf(RuntimeException.class);
    }
}
