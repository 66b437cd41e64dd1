package dev.matview.sql.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.TestPostgres;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** However often the rows of a page were edited, it costs what it shows. */
@NeedsPostgres
class PageCostTest {

    private static final int EDITS = 100;

    private static List<Row> rows(int from, int to, int edit) {
        List<Row> rows = new ArrayList<>();
        for (int n = from; n < to; n++) {
            rows.add(Views.row("userdb-a", String.format("%05d", n), "{\"edit\":" + edit + "}"));
        }
        return rows;
    }

    private static ViewDelta put(long base, List<Row> rows) {
        SliceDelta slice = new SliceDelta("userdb-a", new Position("" + base, "0", "0"), rows, Set.of());
        return new ViewDelta("posts", base, base == 0, Views.head(base + 1), List.of(slice), Set.of());
    }

    @Test
    void tenThousandEditsOfTheTopHundredRowsMakeThePageNoDearer() throws Exception {
        String schema = TestPostgres.newSchema();
        try (Scheduler scheduler = Scheduler.system();
                Database database = new Database(DatabaseUrl.of(TestPostgres.url(schema)), 2, scheduler);
                SqlViews views = SqlViews.open(TestPostgres.url(schema), 3, Duration.ofHours(1), scheduler)) {
            views.commit(put(0, rows(0, 5_000, 0)), Indexing.NONE);
            for (int edit = 1; edit <= EDITS; edit++) {
                views.commit(put(edit, rows(0, 100, edit)), Indexing.NONE);
            }

            // What is dead is there for an hour; the index that the page goes by does not have it.
            assertThat(scanned(database, EDITS + 1)).isLessThanOrEqualTo(300);
        } finally {
            TestPostgres.drop(schema);
        }
    }

    /** The rows that all nodes of the plan looked at, also in vain, once an earlier page has met those that nobody sees. */
    private static long scanned(Database database, long generation) throws Exception {
        return database.read("explain", connection -> {
            long build = new Arguments()
                    .query(connection, database.sql("select build from @.views"), row -> row.getLong(1))
                    .get(0);
            BuildReader reader = new BuildReader(database, "posts", build, generation);
            String plan = "";
            for (int page = 0; page < 3; page++) {
                plan = reader.pageArguments(null, 0, 100)
                        .query(
                                connection,
                                database.sql("explain (analyze, buffers, format json) " + BuildReader.pageSql(false)),
                                row -> row.getString(1))
                        .get(0);
            }
            try {
                JsonNode top = new ObjectMapper().readTree(plan).path(0).path("Plan");
                assertThat(top.path("Shared Hit Blocks").asLong()
                                + top.path("Shared Read Blocks").asLong())
                        .as("pages of the tables and indexes: %s", plan)
                        .isLessThanOrEqualTo(400);
                return scanned(top);
            } catch (java.io.IOException e) {
                throw new AssertionError(plan, e);
            }
        });
    }

    private static long scanned(JsonNode node) {
        long scanned = 0;
        if (node.path("Node Type").asText().contains("Scan")) {
            scanned = Math.round((node.path("Actual Rows").asDouble()
                            + node.path("Rows Removed by Filter").asDouble())
                    * node.path("Actual Loops").asDouble());
        }
        for (JsonNode below : node.path("Plans")) {
            scanned += scanned(below);
        }
        return scanned;
    }
}
